import { describe, expect, it } from 'vitest'
import { CARD_LOOKS } from '../../../src/auth/session.ts'
import { validateCard } from '../../../src/emulator/cards/validate-card.ts'
import { parseCardActionValue } from '../../../src/feishu/cards/card-action.ts'
import type { Card } from '../../../src/feishu/cards/card-json.ts'
import { renderCard } from '../../../src/feishu/cards/render-card.ts'
import { readAloud, taggedObjects, textsOf } from './card-texts.ts'
import { CONTEXT, LARK_CONTEXT, sampleSession } from './sample-sessions.ts'

const FEISHU_LIMIT_BYTES = 30 * 1024
const LANGUAGES = ['zh_cn', 'en_us', 'ja_jp']

const manyScopes = Array.from(
  { length: 50 },
  (_, index) => `corehr:international_assignment.custom_field_${index}:readonly`,
)

/** The cards that each rule of Feishu must hold for. */
const cards: [string, Card][] = CARD_LOOKS.flatMap((look): [string, Card][] => [
  [look, renderCard(sampleSession(look), CONTEXT)],
  [`${look} on Lark`, renderCard(sampleSession(look, { locale: 'en' }), LARK_CONTEXT)],
  [`${look} with much to say`, renderCard(bulky(look), { ...CONTEXT, appName: '🧑‍🚀'.repeat(50) })],
])

function bulky(look: (typeof CARD_LOOKS)[number]) {
  return sampleSession(look, {
    scopes: manyScopes,
    reason: '𠮷'.repeat(200),
    ...(look === 'completed' && { grantedScopes: manyScopes.slice(20) }),
  })
}

function buttonTexts(card: Card): unknown[] {
  return taggedObjects(card)
    .filter(({ tag }) => tag === 'button')
    .map(({ text }) => (text as { i18n_content: Record<string, string> }).i18n_content.en_us)
}

function callbackValues(card: Card): unknown[] {
  return taggedObjects(card).flatMap(({ behaviors }) =>
    Array.isArray(behaviors) ? behaviors.flatMap(({ value }) => value ?? []) : [],
  )
}

describe.each(cards)('the card %s', (_name, card) => {
  it('is valid card JSON 2.0', () => {
    expect(validateCard(JSON.parse(JSON.stringify(card)))).toBeUndefined()
  })

  it('stays under 30 KB', () => {
    expect(Buffer.byteLength(JSON.stringify(card))).toBeLessThan(FEISHU_LIMIT_BYTES)
  })

  it('has every text in every language, and a default', () => {
    expect(card.config.locales).toEqual(LANGUAGES)
    for (const { path, content, i18n } of textsOf(card)) {
      expect(content, path).not.toBe('')
      expect(Object.keys(i18n), path).toEqual(LANGUAGES)
      for (const text of Object.values(i18n)) expect(text.trim(), path).not.toBe('')
      expect(Object.values(i18n), path).toContain(content)
    }
  })

  it('keeps within the limits of Feishu', () => {
    expect(taggedObjects(card).length).toBeLessThanOrEqual(200)
    for (const { content, i18n, path } of textsOf(card)) {
      if (!path.includes('.text.') || !path.includes('columns')) continue
      for (const text of [content, ...Object.values(i18n)]) {
        expect([...text].length, path).toBeLessThanOrEqual(100)
      }
    }
    for (const { columns } of taggedObjects(card).filter(({ tag }) => tag === 'column_set')) {
      expect((columns as unknown[]).length).toBeLessThanOrEqual(2)
    }
  })

  it('may be updated and may not be forwarded', () => {
    expect(card.config).toMatchObject({ update_multi: true, enable_forward: false })
  })

  it.each(LANGUAGES)('shows no id, no secret and no emoji of its own in %s', (language) => {
    const text = readAloud(card, language)
    expect(text).not.toMatch(/\b(ou|cli|ses|om|tck)_|hash-of|sealed|736588c9/)
    expect(text).not.toMatch(/https?:/)
    expect(text).not.toMatch(/undefined|null|\[object/)
    expect(text.replaceAll('🧑‍🚀', '')).not.toMatch(/\p{Extended_Pictographic}/u)
  })
})

describe.each(CARD_LOOKS)('the look %s', (look) => {
  it.each(['zh_cn', 'en_us', 'ja_jp'])(
    'shows no scope code we have words for in %s',
    (language) => {
      const card = renderCard(sampleSession(look), CONTEXT)
      expect(readAloud(card, language)).not.toMatch(/[a-z]+:[a-z]|offline_access/)
    },
  )

  it('names the product as Lark on Lark', () => {
    const text = JSON.stringify(renderCard(sampleSession(look), LARK_CONTEXT))
    expect(text).not.toMatch(/飞书|Feishu|feishu/)
  })

  it('offers what can be done next', () => {
    const card = renderCard(sampleSession(look), CONTEXT)
    const decline = { action: 'decline', session: 'ses_01JD0SESSION' }
    const sendAgain = { action: 'send_again', session: 'ses_01JD0SESSION' }
    const checkAgain = { action: 'check_again', session: 'ses_01JD0SESSION' }
    const revoke = { action: 'revoke', session: 'ses_01JD0SESSION' }
    const expected: Record<typeof look, [string[], object[]]> = {
      asking: [['Authorize', 'Not now'], [decline]],
      'authorize_again:ran_out': [['Authorize', 'Not now'], [decline]],
      'authorize_again:revoked': [['Authorize', 'Not now'], [decline]],
      'authorize_again:lost': [['Authorize', 'Not now'], [decline]],
      'authorize_again:changed': [['Authorize', 'Not now'], [decline]],
      'authorize_again:ends_soon': [['Authorize', 'Not now'], [decline]],
      'asking_again:wrong_account': [['Authorize', 'Not now'], [decline]],
      'asking_again:needs_admin': [
        ['I have enabled it', 'Not now'],
        [checkAgain, decline],
      ],
      'asking_again:not_available': [['Authorize', 'Not now'], [decline]],
      'asking_again:feishu_trouble': [['Authorize', 'Not now'], [decline]],
      'asking_again:try_again': [['Authorize', 'Not now'], [decline]],
      completed: [['Revoke access'], [revoke]],
      'revoked:by_person': [[], []],
      'revoked:by_admin': [[], []],
      'revoked:by_feishu': [[], []],
      rejected: [['Authorize after all'], [sendAgain]],
      expired: [['Send again'], [sendAgain]],
      superseded: [[], []],
    }
    expect([buttonTexts(card), callbackValues(card)]).toEqual(expected[look])
    for (const value of callbackValues(card)) expect(parseCardActionValue(value)).toEqual(value)
  })
})

describe('the header', () => {
  it.each([
    ['asking', 'blue', 'lock-chat_filled', '授权请求'],
    ['authorize_again:ran_out', 'orange', 'refresh_outlined', '需要重新授权'],
    ['authorize_again:revoked', 'orange', 'refresh_outlined', '需要重新授权'],
    ['authorize_again:lost', 'orange', 'refresh_outlined', '需要重新授权'],
    ['authorize_again:changed', 'orange', 'refresh_outlined', '需要重新授权'],
    ['authorize_again:ends_soon', 'orange', 'time_filled', '授权即将到期'],
    ['asking_again:wrong_account', 'blue', 'warning_filled', '授权请求'],
    ['asking_again:needs_admin', 'yellow', 'warning_filled', '需要管理员协助'],
    ['completed', 'green', 'yes_filled', '授权成功'],
    ['revoked:by_person', 'grey', 'close_filled', '授权已结束'],
    ['rejected', 'grey', 'close_filled', '已拒绝'],
    ['expired', 'grey', 'time_filled', '请求已过期'],
    ['superseded', 'grey', undefined, '已有新的请求'],
  ] as const)('tells %s by colour, icon and words', (look, template, icon, title) => {
    const { header } = renderCard(sampleSession(look), CONTEXT)
    expect([header.template, header.icon?.token, header.title.content]).toEqual([
      template,
      icon,
      title,
    ])
  })

  it('says of an invalidated request that it was withdrawn', () => {
    const session = sampleSession('expired', { endReason: 'invalidated', locale: 'en' })
    const card = renderCard(session, CONTEXT)
    expect(card.header.title.content).toBe('This request was withdrawn')
    expect(readAloud(card, 'en_us')).not.toContain('expired')
  })

  it.each([
    [null, '授权请求'],
    ['zh-CN', '授权请求'],
    ['en', 'Authorization request'],
    ['ja', '認可リクエスト'],
  ] as const)('speaks %s first', (locale, title) => {
    const card = renderCard(sampleSession('asking', { locale }), CONTEXT)
    expect(card.header.title.content).toBe(title)
  })
})

describe('the Authorize button', () => {
  it('opens beside the chat on a computer and as plain https everywhere else', () => {
    const [button] = taggedObjects(renderCard(sampleSession('asking'), CONTEXT)).filter(
      ({ type }) => type === 'primary_filled',
    )
    const link = CONTEXT.authorizeLink
    expect(button?.behaviors).toEqual([
      {
        type: 'open_url',
        default_url: link,
        android_url: link,
        ios_url: link,
        pc_url:
          'https://applink.feishu.cn/client/web_url/open?mode=sidebar-semi&max_width=800&reload=false&url=https%3A%2F%2Fauth.example.com%2Fauth%2Ftck_Qm9yaW5nVGlja2V0',
      },
    ])
  })

  it('is gone once the request has ended', () => {
    for (const look of ['completed', 'rejected', 'expired', 'superseded'] as const) {
      expect(JSON.stringify(renderCard(sampleSession(look), CONTEXT))).not.toContain('open_url')
    }
  })
})

describe('a grant', () => {
  it('can be taken back on its own card, and is asked about once more before', () => {
    const card = renderCard(sampleSession('completed', { locale: 'en' }), CONTEXT)
    expect(readAloud(card, 'en_us')).toContain('You can take it back here at any time.')
    const [button] = taggedObjects(card).filter(({ tag }) => tag === 'button')
    expect(button).toMatchObject({
      type: 'danger_text',
      confirm: { title: { content: 'Revoke access?' } },
    })
  })

  it.each([
    ['revoked:by_person', 'You revoked the access of'],
    ['revoked:by_admin', 'An admin revoked the access of'],
    ['revoked:by_feishu', 'Feishu ended the access of'],
  ] as const)('that is %s tells who ended it, and when', (look, words) => {
    const card = renderCard(sampleSession(look, { locale: 'en' }), CONTEXT)
    expect(readAloud(card, 'en_us')).toContain(words)
    expect(JSON.stringify(card)).toContain(String(Date.parse('2026-11-20T06:10:00Z')))
  })
})

describe('what is asked', () => {
  const eight = [
    'offline_access',
    'calendar:calendar:read',
    'docx:document:readonly',
    'task:task:read',
    'im:message:readonly',
    'sheets:spreadsheet:read',
    'wiki:wiki:readonly',
    'vendor:unknown_thing:read',
  ]

  it('is told in at most five lines, staying connected among them', () => {
    const text = readAloud(renderCard(sampleSession('asking', { scopes: eight }), CONTEXT), 'en_us')
    expect(text.match(/^- .*$/gm)).toEqual([
      '- see your calendars',
      '- see your documents',
      '- see your tasks',
      '- see messages',
      '- keep access while you are away, until you revoke it',
    ])
  })

  it('folds the rest away under their own names', () => {
    const card = renderCard(sampleSession('asking', { scopes: eight, locale: 'en' }), CONTEXT)
    const panel = card.body.elements.find(({ tag }) => tag === 'collapsible_panel')
    expect(panel).toMatchObject({
      expanded: false,
      header: { title: { content: 'and 3 more' } },
      elements: [
        {
          text: {
            content: 'sheets:spreadsheet:read\nwiki:wiki:readonly\nvendor:unknown_thing:read',
          },
        },
      ],
    })
  })

  it('names a scope it has no words for as it is', () => {
    const card = renderCard(sampleSession('asking', { scopes: ['vendor:thing.x:read'] }), CONTEXT)
    expect(readAloud(card, 'ja_jp')).toContain('- vendor:thing.x:read')
  })

  it('is only who the person is when no scope is named', () => {
    const card = renderCard(sampleSession('asking', { scopes: [] }), CONTEXT)
    expect(readAloud(card, 'en_us')).toContain('- know who you are')
  })

  it('leaves the reason out when there is none', () => {
    const card = renderCard(sampleSession('asking', { reason: null }), CONTEXT)
    expect(readAloud(card, 'en_us')).not.toContain('Why:')
  })

  it('shows the hour it ends in the zone of the reader, and the day when it lasts longer', () => {
    const soon = JSON.stringify(renderCard(sampleSession('asking'), CONTEXT))
    expect(soon).toContain(
      "<local_datetime millisecond='1795153320000' format_type='time'></local_datetime>",
    )
    expect(soon).not.toContain('date_short')
    const later = sampleSession('asking', { expiresAt: new Date('2026-11-23T05:32:00Z') })
    expect(JSON.stringify(renderCard(later, CONTEXT))).toContain("format_type='date_short'")
  })

  it('calls an app without a name this app', () => {
    const card = renderCard(sampleSession('asking'), { ...CONTEXT, appName: ' \n' })
    expect(readAloud(card, 'en_us')).toContain('This app would like to act as you to:')
  })
})

describe('the page for the admin', () => {
  it('is the app’s own in the console of the brand', () => {
    const card = renderCard(sampleSession('asking_again:needs_admin'), LARK_CONTEXT)
    expect(JSON.stringify(card)).toContain(
      '](https://open.larksuite.com/app/cli_a1b2c3d4e5f6/auth)',
    )
  })
})

describe('what was granted', () => {
  it('is told before what was not, and staying connected is never missed', () => {
    const session = sampleSession('completed', {
      scopes: ['calendar:calendar:read', 'docx:document:readonly', 'offline_access'],
      grantedScopes: ['task:task:read', 'calendar:calendar:read'],
    })
    const text = readAloud(renderCard(session, CONTEXT), 'en_us')
    expect(text).toContain('can now act as you to:\n- see your calendars\n- see your tasks\n')
    expect(text).toContain('Not granted: see your documents\n')
    expect(text).not.toContain('keep access')
  })

  it('says nothing of refusals when there were none', () => {
    const scopes = ['calendar:calendar:read']
    const session = sampleSession('completed', { scopes, grantedScopes: scopes })
    expect(readAloud(renderCard(session, CONTEXT), 'en_us')).not.toContain('Not granted')
  })
})
