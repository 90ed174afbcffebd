import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type AuthSession, CARD_LOOKS, LOCALES } from '../../../src/auth/session.ts'
import type { CardContext } from '../../../src/feishu/cards/card-face.ts'
import { renderCard } from '../../../src/feishu/cards/render-card.ts'
import { CONTEXT, GRANT_ENDS_AT, LARK_CONTEXT, sampleSession } from './sample-sessions.ts'

const folder = join(import.meta.dirname, 'golden')
const update = process.env.UPDATE_GOLDEN === '1'

const manyScopes = [
  'offline_access',
  'contact:user.base:readonly',
  'calendar:calendar',
  'docx:document',
  'drive:drive:readonly',
  'mail:user_mailbox.message:readonly',
  'im:message.group_msg:get_as_user',
  'minutes:minutes:readonly',
]

/** Every golden file: its name, the session and its surroundings. */
const cases: [string, AuthSession, CardContext][] = LOCALES.flatMap((locale) => [
  ...CARD_LOOKS.map((look): [string, AuthSession, CardContext] => [
    `${look.replace(':', '.')}.${locale}`,
    sampleSession(look, { locale }),
    CONTEXT,
  ]),
  [
    `expired.withdrawn.${locale}`,
    sampleSession('expired', { locale, endReason: 'invalidated' }),
    CONTEXT,
  ],
  [
    `expired.ahead.${locale}`,
    sampleSession('expired', { locale, grantEndsAt: GRANT_ENDS_AT }),
    CONTEXT,
  ],
  [
    `rejected.ahead.${locale}`,
    sampleSession('rejected', { locale, grantEndsAt: GRANT_ENDS_AT }),
    CONTEXT,
  ],
  [
    `asking_again.needs_admin.redirect_url.${locale}`,
    sampleSession('asking_again:needs_admin', {
      locale,
      lastFailure: { reason: 'redirect_uri_mismatch', at: GRANT_ENDS_AT },
    }),
    CONTEXT,
  ],
  [
    `asking.many_scopes.${locale}`,
    sampleSession('asking', { locale, scopes: manyScopes }),
    CONTEXT,
  ],
  [
    `asking_again.wrong_account.lark.${locale}`,
    sampleSession('asking_again:wrong_account', { locale }),
    LARK_CONTEXT,
  ],
])

describe('the golden cards', () => {
  it.each(cases)('%s is as it was', (name, session, context) => {
    const file = join(folder, `${name}.json`)
    const drawn = `${JSON.stringify(renderCard(session, context), null, 2)}\n`
    if (update) {
      mkdirSync(folder, { recursive: true })
      writeFileSync(file, drawn)
    }
    expect(existsSync(file), 'run once with UPDATE_GOLDEN=1').toBe(true)
    expect(drawn).toBe(readFileSync(file, 'utf8'))
  })

  it('has no file that nothing draws', () => {
    const drawn = cases.map(([name]) => `${name}.json`)
    expect(readdirSync(folder).sort()).toEqual(drawn.sort())
  })
})
