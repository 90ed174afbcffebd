const namespace = 'http://www.w3.org/2000/svg'

/**
 * A 24 × 24 picture drawn in the colour of the text around it, hidden from screen readers.
 * @param {string} path the `d` of an SVG path
 * @param {string} [className]
 */
export function icon(path, className = 'icon') {
  const svg = document.createElementNS(namespace, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('class', className)
  svg.setAttribute('aria-hidden', 'true')
  const shape = document.createElementNS(namespace, 'path')
  shape.setAttribute('d', path)
  shape.setAttribute('fill', 'currentColor')
  shape.setAttribute('fill-rule', 'evenodd')
  svg.append(shape)
  return svg
}

const disc = 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20Z'
const bubble =
  'M4 3h16a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-6l-4.3 3.4A1 1 0 0 1 8 20.600V18H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2Z'

/** The page's own pictures. */
export const pictures = {
  bot: 'M11 2h2v3h5a3 3 0 0 1 3 3v9a3 3 0 0 1-3 3H6a3 3 0 0 1-3-3V8a3 3 0 0 1 3-3h5V2ZM8.5 9.500a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.400Zm7 0a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.400ZM8.5 15v1.600h7V15h-7Z',
  group:
    'M8.5 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8Zm7.5 1a3.5 3.5 0 1 1-1.2 6.8 6 6 0 0 0 .1-6.600A3.5 3.5 0 0 1 16 5ZM1.5 19c0-3.3 3.1-5.5 7-5.500s7 2.2 7 5.500v1h-14v-1Zm16 1v-1.200c0-2-.9-3.7-2.3-5 3.9-.4 7.3 1.7 7.3 5v1.200h-5Z',
  send: 'M3 20.5 22 12 3 3.500V10l12 2-12 2v6.500Z',
  sun: 'M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10Zm-1-6h2v4h-2V1Zm0 18h2v4h-2v-4ZM1 11h4v2H1v-2Zm18 0h4v2h-4v-2ZM4.9 3.500l2.8 2.8-1.4 1.4-2.8-2.8 1.4-1.400Zm12.8 12.8 2.8 2.8-1.4 1.4-2.8-2.8 1.4-1.400ZM3.5 19.100l2.8-2.8 1.4 1.4-2.8 2.8-1.4-1.400ZM16.3 6.300l2.8-2.8 1.4 1.4-2.8 2.8-1.4-1.400Z',
  moon: 'M20.5 14.500A9 9 0 0 1 9.5 3.500a9 9 0 1 0 11 11Z',
  inspect:
    'M9.4 16.6 4.8 12l4.6-4.600L8 6l-6 6 6 6 1.4-1.400Zm5.2 0 4.6-4.6-4.6-4.600L16 6l6 6-6 6-1.4-1.400Z',
  faults: 'M13 2 4 14h6l-1 8 9-12h-6l1-8Z',
  close:
    'M18.3 4.3 12 10.6 5.7 4.3 4.3 5.700l6.3 6.3-6.3 6.3 1.4 1.4 6.3-6.3 6.3 6.3 1.4-1.4-6.3-6.3 6.3-6.3-1.4-1.400Z',
  back: 'M15.4 5.4 14 4l-8 8 8 8 1.4-1.400L8.8 12l6.6-6.600Z',
  chevron: 'M9.4 5 8 6.400l5.6 5.600L8 17.6 9.4 19l7-7-7-7Z',
}

const tokens = /** @type {Record<string, string>} */ ({
  'lock-chat': `${bubble}M9.5 9V8a2.5 2.5 0 0 1 5 0v1h.5v5H9V9h.5Zm1.5 0h2V8a1 1 0 0 0-2 0v1Z`,
  lock: 'M7 10V8a5 5 0 0 1 10 0v2h1a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2h1Zm2 0h6V8a3 3 0 0 0-6 0v2Zm2 4v4h2v-4h-2Z',
  chat: bubble,
  yes: `${disc}m-1.3 14.4-4-4 1.4-1.4 2.6 2.6 5.2-5.2 1.4 1.4-6.6 6.600Z`,
  succeed: `${disc}m-1.3 14.4-4-4 1.4-1.4 2.6 2.6 5.2-5.2 1.4 1.4-6.6 6.600Z`,
  close: `${disc}m-3.5 5.1 3.5 3.5 3.5-3.5 1.4 1.4-3.5 3.5 3.5 3.5-1.4 1.4-3.5-3.5-3.5 3.5-1.4-1.4 3.5-3.5-3.5-3.5 1.4-1.400Z`,
  time: `${disc}m-1 4h2v5.500l4 2.4-1 1.7-5-3V6Z`,
  info: `${disc}m-1 5h2v2h-2V7Zm0 4h2v6h-2v-6Z`,
  warning:
    'M10.3 3.500a2 2 0 0 1 3.4 0l8.5 14.500a2 2 0 0 1-1.7 3h-17a2 2 0 0 1-1.7-3l8.5-14.500ZM11 9v5h2V9h-2Zm0 7v2h2v-2h-2Z',
  refresh: 'M12 4a8 8 0 0 1 6.3 3.100V4h2v7h-7V9h3.800A6 6 0 1 0 18 12h2a8 8 0 1 1-8-8Z',
  robot: pictures.bot,
})

const neutral =
  'M6 3h12a3 3 0 0 1 3 3v12a3 3 0 0 1-3 3H6a3 3 0 0 1-3-3V6a3 3 0 0 1 3-3Zm6 5a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z'

/**
 * The picture of a Feishu icon token such as `lock-chat_filled`; a neutral one when it is not known.
 * @param {string} token
 * @param {string} [className]
 */
export function standardIcon(token, className) {
  return icon(tokens[token.replace(/_(filled|outlined|colorful)$/, '')] ?? neutral, className)
}
