import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type AuthEvent,
  AuthorizationRejectedError,
  type CardAuth,
  type CardAuthOptions,
  createCardAuth,
} from 'feishu-card-auth'
import { type CardAuthClient, CardAuthError, createCardAuthClient } from 'feishu-card-auth/client'
import { type FeishuEmulator, startFeishuEmulator } from 'feishu-card-auth/emulator'

export async function embed(options: CardAuthOptions): Promise<CardAuth> {
  const auth = await createCardAuth(options)
  auth.on('session_ended', ({ session }) => console.log(session.state))
  auth.on((event: AuthEvent) => console.log(event.type))
  return auth
}

export async function tokenOf(auth: CardAuth, openId: string): Promise<string | null> {
  try {
    const { accessToken, expiresAt } = await auth.getUserAccessToken({ openId, wait: '5m' })
    return expiresAt > new Date() ? accessToken : null
  } catch (error) {
    if (error instanceof AuthorizationRejectedError) return null
    throw error
  }
}

export async function tokenOver(http: CardAuthClient, openId: string): Promise<string | null> {
  try {
    return (await http.getUserAccessToken({ openId, wait: '5m' })).accessToken
  } catch (error) {
    if (error instanceof CardAuthError && error.code === 'authorization_rejected') return null
    throw error
  }
}

export function mount(auth: CardAuth, request: IncomingMessage, response: ServerResponse): void {
  auth.router(request, response, () => response.end())
}

export const client: CardAuthClient = createCardAuthClient({ baseUrl: 'http://a', apiKey: 'k' })
export const emulator: Promise<FeishuEmulator> = startFeishuEmulator()
