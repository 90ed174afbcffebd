import { describe, expect, it } from 'vitest'
import { authorizeErrorPage } from '../../src/emulator/pages/authorize-error-page.ts'
import { consentPage } from '../../src/emulator/pages/consent-page.ts'
import { pageLocale } from '../../src/emulator/pages/page-locale.ts'

const people = [
  { openId: 'ou_1', name: '林夏', enName: 'Lin Xia' },
  { openId: 'ou_2', name: 'Alex Chen', enName: 'Alex Chen' },
]
const page = {
  appName: 'Bot',
  people,
  scopes: ['offline_access', 'x:y:z'],
  locale: 'en_us',
} as const

describe('the language of a page', () => {
  it.each([
    [{ acceptLanguage: 'zh-CN,zh;q=0.9,en;q=0.8' }, 'zh_cn'],
    [{ acceptLanguage: 'fr, en;q=0.2, ja;q=0.7' }, 'ja_jp'],
    [{ acceptLanguage: 'fr, ja;q=0' }, 'en_us'],
    [{ locale: 'zh_cn', acceptLanguage: 'ja' }, 'zh_cn'],
    [{ locale: 'nonsense', acceptLanguage: 'ja' }, 'ja_jp'],
    [{}, 'en_us'],
  ] as const)('of %o is %s', (asked, locale) => {
    expect(pageLocale(asked)).toBe(locale)
  })
})

describe('the consent page', () => {
  it.each([
    ['en_us', 'Authorize', 'Deny', 'Lin Xia'],
    ['zh_cn', '授权', '拒绝', '林夏'],
    ['ja_jp', '許可する', '拒否する', '林夏'],
  ] as const)('has its two buttons in %s', (locale, authorize, deny, name) => {
    const html = consentPage({ ...page, people: [...people], scopes: [...page.scopes], locale })
    expect(html).toContain(`value="authorize">${authorize}</button>`)
    expect(html).toContain(`value="deny">${deny}</button>`)
    expect(html).toContain(`>${name}</span>`)
    expect(html).toContain('<code>x:y:z</code>')
  })

  it('preselects the remembered person, else the first', () => {
    const selected = (selectedOpenId?: string) =>
      [
        ...consentPage({ ...page, people, scopes: [], selectedOpenId }).matchAll(
          /value="(\w+)" required checked/g,
        ),
      ].map(([, openId]) => openId)
    expect(selected('ou_2')).toEqual(['ou_2'])
    expect(selected('ou_of_nobody')).toEqual(['ou_1'])
    expect(selected()).toEqual(['ou_1'])
  })

  it('shows a hostile name as text', () => {
    const html = consentPage({ ...page, people, scopes: ['"><script>'], appName: '<img src=x>' })
    expect(html).not.toContain('<img')
    expect(html).not.toContain('<script')
  })
})

describe('the authorize error page', () => {
  it.each([20010, 20027, 20029, 20043, 20063])('shows code %i and the log id', (code) => {
    const html = authorizeErrorPage({ code, logId: '2026LOG', locale: 'en_us' })
    expect(html).toContain(`<dd>${code}</dd>`)
    expect(html).toContain('<dd>2026LOG</dd>')
  })

  it("begins 20027 in Chinese as Feishu's does, with the scopes at fault", () => {
    const scopes = ['im:chat']
    const html = authorizeErrorPage({ code: 20027, logId: 'x', locale: 'zh_cn', scopes })
    expect(html).toContain('当前应用权限不足')
    expect(html).toContain('<dd>im:chat</dd>')
  })
})
