import { describe, expect, it } from 'vitest'
import { PAGE_STYLE } from '../../src/http/pages/page-style.ts'

/** The colours of a `:root` block by their names. */
function palette(block: string): Map<string, string> {
  return new Map(
    [...block.matchAll(/--([\w-]+):(#[0-9a-f]{3,6})/g)].map(([, name = '', colour = '']) => [
      name,
      colour.length === 4 ? colour.replace(/[0-9a-f]/g, '$&$&') : colour,
    ]),
  )
}

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const part = Number.parseInt(colour.slice(start, start + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

const [light = '', dark = ''] = [...PAGE_STYLE.matchAll(/:root\{([^}]*)\}/g)].map((m) => m[1] ?? '')

describe.each([
  ['light', palette(light)],
  ['dark', palette(dark)],
])('the %s colours', (_name, colours) => {
  it.each([
    ['text', 'card'],
    ['text', 'page'],
    ['soft', 'card'],
    ['soft', 'page'],
    ['accent', 'card'],
    ['on-accent', 'accent'],
    ['good', 'good-tint'],
    ['calm', 'calm-tint'],
    ['quiet', 'quiet-tint'],
    ['careful', 'careful-tint'],
  ])('of %s on %s can be read (WCAG AA)', (front, back) => {
    const ratio = contrast(colours.get(front) ?? '', colours.get(back) ?? '')
    expect(ratio).toBeGreaterThanOrEqual(4.5)
  })
})
