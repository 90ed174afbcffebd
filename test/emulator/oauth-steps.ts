import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import type { FeishuEmulator } from '../../src/emulator/index.ts'

/** Lin Xia, the first of the emulated people. */
export const linXia = 'ou_11111111111111111111111111111111'
export const callback = 'http://127.0.0.1:9999/callback'
export const verifier = 'verifier-verifier-verifier-verifier-verifier'
export const challenge = createHash('sha256').update(verifier).digest('base64url')
export const v2 = '/open-apis/authen/v2/oauth/token'
export const v3 = '/oauth/v3/token'

export type TokenBody = {
  code: number
  error?: string
  error_description?: string
  access_token?: string
  refresh_token?: string
  expires_in?: number
  refresh_token_expires_in?: number
  token_type?: string
  scope?: string
}

/** The authorize URL of a well-formed request; `changes` replace parameters, undefined removes one. */
export function authorizeUrl(
  emulator: FeishuEmulator,
  changes: Record<string, string | undefined> = {},
): string {
  const url = new URL('/open-apis/authen/v1/authorize', emulator.url)
  const params: Record<string, string | undefined> = {
    client_id: emulator.app.appId,
    response_type: 'code',
    redirect_uri: callback,
    scope: 'offline_access task:task:read',
    state: 'the-state',
    ...changes,
  }
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return url.href
}

/** Lets Lin Xia approve and gives the code. */
export async function approvedCode(
  emulator: FeishuEmulator,
  changes: Record<string, string | undefined> = {},
): Promise<string> {
  const approved = await emulator.sim.approve({
    authorizeUrl: authorizeUrl(emulator, changes),
    openId: linXia,
  })
  if ('pageError' in approved) throw new Error(`the page refused with ${approved.pageError}`)
  const code = new URL(approved.redirect).searchParams.get('code')
  expect(code).toMatch(/^[\w-]{64,}$/)
  return code ?? ''
}

/** Posts a token request with the app's credentials; `changes` replace fields, undefined removes one. */
export async function postToken(
  emulator: FeishuEmulator,
  path: string,
  changes: Record<string, string | undefined>,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: TokenBody }> {
  const fields = {
    client_id: emulator.app.appId,
    client_secret: emulator.app.appSecret,
    ...changes,
  }
  const response = await fetch(`${emulator.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(fields),
  })
  expect(response.headers.get('content-type')).toContain('application/json')
  expect(response.headers.get('x-tt-logid')).toBeTruthy()
  const body: TokenBody = JSON.parse(await response.text())
  return { status: response.status, body }
}

/** Exchanges a code the right way, but for `changes`. */
export function exchange(
  emulator: FeishuEmulator,
  code: string,
  changes: Record<string, string | undefined> = {},
  path = v2,
) {
  const grant = { grant_type: 'authorization_code', code, redirect_uri: callback }
  return postToken(emulator, path, { ...grant, ...changes })
}

/** Refreshes the right way, but for `changes`. */
export function refresh(
  emulator: FeishuEmulator,
  refreshToken: string | undefined,
  changes: Record<string, string | undefined> = {},
  path = v2,
) {
  return postToken(emulator, path, {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    ...changes,
  })
}

/** Takes Lin Xia through consent and exchange and gives the tokens. */
export async function tokensOf(
  emulator: FeishuEmulator,
  changes: Record<string, string | undefined> = {},
  path = v2,
): Promise<TokenBody> {
  const { status, body } = await exchange(emulator, await approvedCode(emulator, changes), {}, path)
  expect(status).toBe(200)
  return body
}

/** Asks whose token it is. */
export async function userInfo(emulator: FeishuEmulator, authorization?: string) {
  const response = await fetch(`${emulator.url}/open-apis/authen/v1/user_info`, {
    headers: authorization === undefined ? {} : { authorization },
  })
  const body: { code: number; data?: Record<string, unknown> } = JSON.parse(await response.text())
  return { status: response.status, body }
}
