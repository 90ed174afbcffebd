import { element } from './element.js'

const pieces = 24
const fallMs = 1800

/** A short shower of paper for a first authorization; none for those who prefer less motion. */
export function confetti() {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
  const shower = element('div', { class: 'confetti', 'aria-hidden': 'true' })
  for (let piece = 0; piece < pieces; piece += 1) {
    const paper = element('span', { class: `hue-${piece % 6}` })
    paper.style.setProperty('--x', `${Math.round(Math.random() * 100)}%`)
    paper.style.setProperty('--turn', `${Math.round(Math.random() * 720 - 360)}deg`)
    paper.style.setProperty('--wait', `${Math.round(Math.random() * 400)}ms`)
    shower.append(paper)
  }
  document.body.append(shower)
  setTimeout(() => shower.remove(), fallMs + 400)
}
