import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DEFAULT_CARD_LIMITS } from '../../src/auth/card-limits.ts'
import { DEFAULT_RATE_LIMITS } from '../../src/http/rate-limits.ts'

const page = readFileSync('docs/security.md', 'utf8')
const rows = page.split('\n').filter((line) => /^\| A\d+ \|/.test(line))
const fileIn = (row: string) => /`(test\/[\w./-]+)`/.exec(row)?.[1] ?? ''

describe('docs/security.md', () => {
  it('lists every attack once, in order', () => {
    const numbers = rows.map((row) => Number(/^\| A(\d+)/.exec(row)?.[1]))
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
  })

  it.each(rows.map((row) => [/A\d+/.exec(row)?.[0] ?? '', fileIn(row)]))(
    '%s is tried in %s, by that name',
    (attack, file) => {
      expect(titlesIn(file)).toContainEqual(expect.stringMatching(new RegExp(`^${attack}: \\w`)))
    },
  )

  it('names only tests that are there', () => {
    const named = [...page.matchAll(/`(test\/[\w./-]+)`/g)].map((match) => match[1] ?? '')
    expect(named.length).toBeGreaterThan(30)
    expect(named.filter((file) => !existsSync(file))).toEqual([])
  })

  it('tells the numbers that are enforced', () => {
    const { perPerson, perChat, perKey, coolDownSeconds } = DEFAULT_CARD_LIMITS
    const { apiChanges, apiKeyFailures, authLinks, callbacks, newCards } = DEFAULT_RATE_LIMITS
    for (const number of [
      `${perPerson} an hour`,
      `${perChat} an hour`,
      `${perKey} a minute`,
      `none for ${coolDownSeconds} s`,
      `${apiChanges} a minute`,
      `${apiKeyFailures} a minute`,
      `${authLinks}, ${callbacks}, ${newCards} a minute`,
    ]) {
      expect(page).toContain(number)
    }
  })
})

/** The titles of the tests and groups of a file; what is only in a comment or in a text is none. */
function titlesIn(file: string): string[] {
  const titled = /^ *(?:describe|it)\(\s*(?:'([^'\n]+)'|"([^"\n]+)")/gm
  return [...readFileSync(file, 'utf8').matchAll(titled)].map(
    ([, one, other]) => one ?? other ?? '',
  )
}
