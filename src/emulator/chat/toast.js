import { element } from './element.js'
import { standardIcon } from './icon.js'

const shownMs = 5000

const icons = /** @type {Record<string, string>} */ ({
  success: 'yes',
  warning: 'warning',
  error: 'close',
})

/** Short news at the top of the chat, read out by screen readers; it leaves by itself. */
export function createToasts() {
  const node = element('div', { class: 'toasts', role: 'status', 'aria-live': 'polite' })

  return {
    node,
    /** @param {{ type: string, text: string }} toast */
    toast({ type, text }) {
      const kind = type in icons ? type : 'info'
      const news = element(
        'p',
        { class: `toast toast-${kind}` },
        standardIcon(icons[kind] ?? 'info', 'card-icon'),
        text,
      )
      node.replaceChildren(news)
      setTimeout(() => news.remove(), shownMs)
    },
  }
}
