const colours = new Set([
  ...['neutral', 'grey', 'blue', 'wathet', 'turquoise', 'green', 'lime', 'yellow'],
  ...['orange', 'red', 'carmine', 'violet', 'purple', 'indigo'],
])

/**
 * The class for one of Feishu's colour names; an empty one for any other, such as `default`.
 * Shades (`grey-600`) count as their colour.
 * @param {unknown} colour
 */
export function ink(colour) {
  const name = String(colour ?? '').split('-')[0] ?? ''
  return colours.has(name) ? `ink ink-${name}` : ''
}
