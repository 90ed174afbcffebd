import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CARD_LOOKS } from '../../../src/auth/session.ts'
import { validateCard } from '../../../src/emulator/cards/validate-card.ts'
import { escapeMarkdown, oneLine } from '../../../src/feishu/cards/card-text.ts'
import { renderCard } from '../../../src/feishu/cards/render-card.ts'
import { textsOf, visible } from './card-texts.ts'
import { CONTEXT, sampleSession } from './sample-sessions.ts'

const ATTACKS = [
  '<at id=all></at>',
  "<at id='ou_ceo'></at> please",
  '[click me](https://evil.example/login)',
  'see https://evil.example/login now',
  "<a href='https://evil.example'>Authorize</a>",
  "<link icon='chat_outlined' url='https://evil.example'>x</link>",
  '**bold** *italic* ~~gone~~ `code`',
  'first\n\n---\n# Heading\n- list\n> quote',
  'a\r\nb\tc\u0000d\u2028e\u2029f\u0085g',
  '| a | b |\n|---|---|\n| 1 | 2 |',
  '![x](img_v3_0001)',
  ':DONE: :THUMBSUP:',
  '&lt;at id=all&gt;&#60;at id=all&#62;',
  "<font color='red'>danger</font>",
  "<local_datetime millisecond='0'></local_datetime>",
  '\\*not escaped\\*',
  '\u202Etxt.exe\u202C \u200Bhidden',
  '”」quoted out“「',
  '``` ```js',
  '$urlVal {{y}}',
]

/** Everything that card markdown gives a meaning to. */
const MARKUP = /[<>[\]*_~`|\\:/#!$"'@{}]/

/** Half of it ASCII, where the markup is; the other half anything, broken halves included. */
const anyUnit = fc.oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0xffff }))

describe('text from outside', () => {
  it.each(ATTACKS)('%j has no meaning in markdown', (attack) => {
    const escaped = escapeMarkdown(oneLine(attack, 200))
    expect(escaped.replace(/&#\d+;/g, '')).not.toMatch(MARKUP)
    expect(escaped.replace(/&#\d+;/g, '')).not.toContain('&')
    expect(escaped).not.toMatch(/[\p{Cc}\u2028\u2029\u202A-\u202E\u200B]/u)
  })

  it.each(ATTACKS)('%j changes nothing but its own words, wherever it stands', (attack) => {
    for (const look of CARD_LOOKS) {
      const calm = sampleSession(look, { reason: 'x', scopes: ['x'] })
      const attacked = sampleSession(look, { reason: attack, scopes: [attack] })
      const card = renderCard(attacked, { ...CONTEXT, appName: attack })
      expect(validateCard(JSON.parse(JSON.stringify(card)))).toBeUndefined()
      const skeleton = (texts: string[]) => texts.map((text) => text.match(/[<>[\]*]|\n/g) ?? [])
      const calmCard = renderCard(calm, { ...CONTEXT, appName: 'x' })
      expect(skeleton(markdownOf(card))).toEqual(skeleton(markdownOf(calmCard)))
    }
  })

  it('shows exactly what was written, on one line', () => {
    fc.assert(
      fc.property(fc.array(anyUnit, { maxLength: 120 }), (units) => {
        const text = String.fromCharCode(...units)
        const line = oneLine(text, 120)
        expect(visible(escapeMarkdown(line))).toBe(line)
        expect(line).not.toMatch(/[\n\r\t]|^\s|\s$/)
      }),
    )
  })

  it('is cut by characters as people count them in Unicode, never inside one', () => {
    expect(oneLine('𠮷'.repeat(200), 200)).toBe('𠮷'.repeat(200))
    const cut = oneLine('𠮷'.repeat(201), 200)
    expect([...cut]).toHaveLength(200)
    expect(cut.endsWith('𠮷…')).toBe(true)
  })

  it('has its broken halves of characters replaced', () => {
    expect(oneLine('a\uD800b', 10)).toBe('a\uFFFDb')
  })

  it('keeps the joiners that names and pictures need', () => {
    expect(oneLine('👩‍💻', 10)).toBe('👩‍💻')
  })
})

describe('a hostile request', () => {
  it.each(CARD_LOOKS)('still fits into 30 KB when it is %s', (look) => {
    for (const filler of ['*', '𠮷', '|', '"', '\u0001']) {
      const scopes = Array.from({ length: 200 }, (_, index) => filler.repeat(100) + index)
      const session = sampleSession(look, {
        scopes,
        reason: filler.repeat(5000),
        ...(look === 'completed' && { grantedScopes: scopes.slice(100) }),
      })
      const card = renderCard(session, { ...CONTEXT, appName: filler.repeat(500) })
      expect(Buffer.byteLength(JSON.stringify(card)), filler).toBeLessThan(30 * 1024)
    }
  })
})

function markdownOf(card: ReturnType<typeof renderCard>): string[] {
  const elements = card.body.elements.filter(({ tag }) => tag === 'markdown')
  return elements.flatMap((element) =>
    textsOf({ ...card, body: { elements: [element] } })
      .filter(({ path }) => path.startsWith('card.body'))
      .flatMap(({ i18n }) => Object.values(i18n)),
  )
}
