import { createHash } from 'node:crypto'
import type { OAuthClient } from '../../src/auth/ports.ts'
import type { FeishuEmulator } from '../../src/emulator/index.ts'
import { someone } from '../support/emulator-bench.ts'

const VERIFIER = 'canary-verifier-0123456789-0123456789-0123456789'
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')

/** The tokens of a person's first consent, with a refresh token. */
export async function consentedTokens(
  emulator: FeishuEmulator,
  oauth: OAuthClient,
  { appId }: { appId: string },
): Promise<{ accessToken: string; refreshToken: string }> {
  const scopes = ['auth:user.id:read', 'offline_access']
  const url = oauth.authorizeUrl({ appId, scopes, state: 's', codeChallenge: CHALLENGE })
  const { openId } = someone(emulator)
  const outcome = await emulator.sim.approve({ authorizeUrl: url.href, openId })
  if (!('redirect' in outcome)) throw new Error(`page error ${outcome.pageError}`)
  const code = new URL(outcome.redirect).searchParams.get('code') ?? ''
  const reply = await oauth.exchangeCode({ appId, code, codeVerifier: VERIFIER })
  if (reply.refreshToken === null) throw new Error('no refresh token')
  return { accessToken: reply.accessToken, refreshToken: reply.refreshToken }
}
