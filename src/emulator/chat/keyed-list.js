/**
 * Shows a list inside `parent` and leaves untouched what did not change, so that focus, scrolling and
 * screen readers notice only what did. A replaced node hands its focus to its successor: to the part of
 * the same `data-focus`, else to the one marked `data-heir`.
 *
 * @typedef {{ key: string, signature: string, build: () => HTMLElement }} KeyedItem
 * @param {HTMLElement} parent
 * @returns {(items: KeyedItem[]) => void}
 */
export function createKeyedList(parent) {
  /** @type {Map<string, { signature: string, node: HTMLElement }>} */
  let shown = new Map()

  return (items) => {
    const next = new Map(items.map((item) => [item.key, keepOrBuild(shown.get(item.key), item)]))
    for (const [key, { node }] of shown) if (!next.has(key)) node.remove()
    for (const [key, { node }] of next) {
      const before = shown.get(key)?.node
      if (before && before !== node) succeed(before, node)
    }
    let index = 0
    for (const { node } of next.values()) {
      const there = parent.children[index] ?? null
      if (there !== node) parent.insertBefore(node, there)
      index += 1
    }
    shown = next
  }
}

/**
 * @param {{ signature: string, node: HTMLElement } | undefined} before
 * @param {KeyedItem} item
 */
function keepOrBuild(before, item) {
  if (before?.signature === item.signature) return before
  return { signature: item.signature, node: item.build() }
}

/**
 * @param {HTMLElement} before
 * @param {HTMLElement} after
 */
function succeed(before, after) {
  const focused = before.contains(document.activeElement) ? document.activeElement : null
  const name = focused?.getAttribute('data-focus')
  // A successor is no newcomer: only newcomers move in.
  after.dataset.replaced = ''
  before.replaceWith(after)
  if (!focused) return
  const same = name
    ? after.querySelector(`[data-focus="${CSS.escape(name)}"]:not(:disabled)`)
    : null
  const heir = same ?? after.querySelector('[data-heir]') ?? after
  if (!(heir instanceof HTMLElement)) return
  if (heir === after) heir.tabIndex = -1
  heir.focus({ preventScroll: true })
}
