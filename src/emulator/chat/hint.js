import { object, objects } from './card-text.js'
import { element } from './element.js'
import { icon, pictures } from './icon.js'
import { wordsIn } from './words.js'

/**
 * @typedef {import('./sim-api.js').Message} Message
 * @typedef {import('./page-state.js').PageState} PageState
 * @typedef {{
 *   actions: import('./actions.js').Actions,
 *   toast: (toast: { type: string, text: string }) => void,
 * }} Neighbours
 * @typedef {{ name: string, below: string, curl?: string, build: (neighbours: Neighbours) => HTMLElement }} Hint
 */

/**
 * The hint a newcomer needs now, and the message it belongs under: first the button to tap, then, under
 * a green card, the line that reads the token.
 * @param {PageState} state
 * @param {Message[]} messages those of the open conversation
 * @returns {Hint | undefined}
 */
export function nextHint(state, messages) {
  const words = wordsIn(state.locale)
  const cards = messages.filter(({ msg_type, recalled }) => msg_type === 'interactive' && !recalled)
  const green = cards.findLast(isGreen)
  const curl = state.world?.hints?.curl?.replaceAll('{open_id}', state.me)
  if (green && curl && !state.hintsDone.includes('token')) {
    return {
      name: 'token',
      below: green.message_id,
      curl,
      build: (neighbours) => tokenHint(curl, words, neighbours),
    }
  }
  const asking = cards.findLast((message) => hasPrimaryLink(message.content))
  if (asking && !green && !state.hintsDone.includes('authorize')) {
    return {
      name: 'authorize',
      below: asking.message_id,
      build: ({ actions }) =>
        box(words.hintAuthorize, [dismiss(words, () => actions.finishHint('authorize'))]),
    }
  }
  return undefined
}

/** @param {Message} message */
export function isGreen(message) {
  return object(message.content.header).template === 'green'
}

/**
 * Whether a primary button that opens a page is anywhere in the card.
 * @param {unknown} part
 * @returns {boolean}
 */
function hasPrimaryLink(part) {
  if (Array.isArray(part)) return part.some(hasPrimaryLink)
  const { tag, type, disabled, behaviors } = object(part)
  const opens = objects(behaviors).some((behavior) => behavior.type === 'open_url')
  if (tag === 'button' && String(type).startsWith('primary') && disabled !== true && opens)
    return true
  return Object.values(object(part)).some(hasPrimaryLink)
}

/**
 * @param {string} curl
 * @param {import('./words.js').Words} words
 * @param {Neighbours} neighbours
 */
function tokenHint(curl, words, { actions, toast }) {
  const copy = element(
    'button',
    {
      type: 'button',
      class: 'plain-button plain-button-primary',
      'data-focus': 'copy',
      async click() {
        await navigator.clipboard.writeText(curl)
        toast({ type: 'success', text: words.copied })
      },
    },
    words.copy,
  )
  const line = element('pre', { tabindex: 0 }, element('code', {}, curl))
  return box(words.hintToken, [line, copy, dismiss(words, () => actions.finishHint('token'))])
}

/**
 * @param {string} text
 * @param {HTMLElement[]} parts
 */
function box(text, parts) {
  return element('div', { class: 'hint' }, element('p', {}, text), ...parts)
}

/**
 * @param {import('./words.js').Words} words
 * @param {() => void} done
 */
function dismiss(words, done) {
  return element(
    'button',
    {
      type: 'button',
      class: 'icon-button hint-close',
      'aria-label': words.gotIt,
      title: words.gotIt,
      click: done,
    },
    icon(pictures.close),
  )
}
