import { element } from './element.js'
import { icon, pictures } from './icon.js'

const hues = 6

/**
 * A round picture of a person: the first letter of their name on a colour of their own.
 * @param {string} id
 * @param {string} name
 */
export function personAvatar(id, name) {
  const sum = [...id].reduce((total, letter) => total + letter.charCodeAt(0), 0)
  const initial = ([...name][0] ?? '?').toUpperCase()
  return element('span', { class: `avatar hue-${sum % hues}`, 'aria-hidden': 'true' }, initial)
}

/** The bot's picture. */
export const botAvatar = () =>
  element('span', { class: 'avatar avatar-bot', 'aria-hidden': 'true' }, icon(pictures.bot))

/** A group's picture. */
export const groupAvatar = () =>
  element('span', { class: 'avatar avatar-group', 'aria-hidden': 'true' }, icon(pictures.group))
