import { describe, expect, it } from 'vitest'
import { SCOPE_CATALOGUE, scopeWords } from '../../../src/feishu/cards/scope-catalogue.ts'

describe('the catalogue of scopes', () => {
  it('says something different of every scope, in every language', () => {
    for (const locale of ['zh_cn', 'en_us', 'ja_jp'] as const) {
      const names = [...SCOPE_CATALOGUE.values()].map((words) => words[locale])
      expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
    }
  })

  it('needs no escaping: its words have no markdown and no codes', () => {
    for (const [scope, words] of SCOPE_CATALOGUE) {
      for (const text of Object.values(words)) {
        expect(text, scope).not.toMatch(/[*_~`<>[\]()#:|\\&]/)
        expect(text.length, scope).toBeLessThanOrEqual(60)
      }
    }
  })

  it('writes each language in its own letters', () => {
    for (const [scope, { zh_cn, en_us, ja_jp }] of SCOPE_CATALOGUE) {
      expect(en_us, scope).toMatch(/^[\x20-\x7e]+$/)
      expect(zh_cn, scope).not.toMatch(/[\u3040-\u30ff]/)
      expect(ja_jp, scope).toMatch(/[\u3040-\u30ff]/)
    }
  })

  it('knows nothing of other names, not even those every object has', () => {
    expect(scopeWords('vendor:thing:read')).toBeUndefined()
    expect(scopeWords('constructor')).toBeUndefined()
  })
})
