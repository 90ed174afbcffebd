import { type Html, trustedHtml } from './html.ts'

const SHAPES = {
  check: '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
  minus: '<path d="M6 12h12"/>',
  clock: '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.5 2"/>',
  link: '<path d="M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1"/>',
  people:
    '<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 19.5a6.5 6.5 0 0 1 13 0M16 5.3a3.5 3.5 0 0 1 0 6.4M18 14a6.5 6.5 0 0 1 3.5 5.5"/>',
  lock: '<rect x="5" y="10.5" width="14" height="9.5" rx="2.5"/><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5M12 14.5v2"/>',
  cloud:
    '<path d="M7.5 18.5a4.5 4.5 0 0 1-.6-8.96A6 6 0 0 1 18.4 11a3.8 3.8 0 0 1-.9 7.5z"/><path d="M10 14h4"/>',
  wrench:
    '<path d="M14.5 6.5a4 4 0 0 1 5-1l-2.7 2.7 2 2 2.7-2.7a4.5 4.5 0 0 1-6.2 5.4l-7 7a2.1 2.1 0 0 1-3-3l7-7a4.5 4.5 0 0 1 2.2-3.4z"/>',
  card: '<rect x="3.5" y="5" width="17" height="14" rx="3"/><path d="M3.5 9.5h17M7.5 14h5"/>',
} as const

/** The drawing of a page. */
export type IconName = keyof typeof SHAPES

/** Draws an icon in the colour of the text; it is decoration, the heading says the same. */
export function icon(name: IconName): Html {
  return trustedHtml(
    `<svg viewBox="0 0 24 24" width="36" height="36" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${SHAPES[name]}</svg>`,
  )
}
