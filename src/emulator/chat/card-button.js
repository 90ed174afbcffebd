import { cardText, object, objects } from './card-text.js'
import { confirmTap } from './confirm-tap.js'
import { element } from './element.js'
import { cardIcon } from './rich-text.js'
import { safeLink } from './safe-link.js'

const types = new Set([
  ...['default', 'primary', 'danger', 'text', 'primary_text', 'danger_text'],
  ...['primary_filled', 'danger_filled', 'laser'],
])

/**
 * A card's button: opens its page, or tells the app who tapped, after its confirm question if it has one.
 * Buttons are counted in the order of the card, as the emulator counts them.
 * @param {Record<string, unknown>} described
 * @param {import('./card.js').CardReader} reader
 */
export function cardButton(described, reader) {
  const index = reader.buttonsSoFar
  reader.buttonsSoFar += 1
  const type = types.has(String(described.type)) ? String(described.type) : 'default'
  const tips = described.disabled === true ? described.disabled_tips : described.hover_tips
  const button = element(
    'button',
    {
      type: 'button',
      class: `card-button card-button-${type}${described.width === 'fill' ? ' card-button-fill' : ''}`,
      disabled: described.disabled === true,
      title: cardText(tips, reader.locale) || undefined,
      'data-focus': `button-${index}`,
    },
    described.icon === undefined ? undefined : cardIcon(described.icon),
    cardText(described.text, reader.locale),
  )
  button.addEventListener('click', async () => {
    const confirm = described.confirm
    if (confirm !== undefined && !(await confirmTap(object(confirm), reader))) return
    tap(described, index, button, reader)
  })
  return button
}

/**
 * @param {Record<string, unknown>} described
 * @param {number} index
 * @param {HTMLButtonElement} button
 * @param {import('./card.js').CardReader} reader
 */
function tap(described, index, button, reader) {
  const behaviors = objects(described.behaviors)
  for (const behavior of behaviors) {
    if (behavior.type === 'open_url') openPage(behavior)
    if (behavior.type === 'callback') reader.onTap(index, button)
  }
  if (behaviors.length > 0) return
  if (described.multi_url === undefined) reader.onTap(index, button)
  else openPage(object(described.multi_url))
}

/** @param {Record<string, unknown>} addresses */
function openPage(addresses) {
  const url = safeLink(addresses.pc_url) ?? safeLink(addresses.default_url ?? addresses.url)
  if (url !== undefined) window.open(url, '_blank', 'noopener')
}
