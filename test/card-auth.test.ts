import { createServer, type Server } from 'node:http'
import express from 'express'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { generateKey } from '../src/auth/token-cipher.ts'
import { type FeishuEmulator, startFeishuEmulator } from '../src/emulator/index.ts'
import { AuthorizationRequiredError, type CardAuth, createCardAuth } from '../src/index.ts'
import { freePort } from './support/free-port.ts'
import { createPerson } from './support/processes/person.ts'

describe('tokens in a library', () => {
  let emulator: FeishuEmulator
  let auth: CardAuth
  let server: Server
  let openId: string
  beforeEach(async () => {
    emulator = await startFeishuEmulator()
    openId = emulator.people[0]?.openId ?? ''
    const port = await freePort()
    auth = await createCardAuth({
      appId: emulator.app.appId,
      appSecret: emulator.app.appSecret,
      redirectUri: `http://127.0.0.1:${port}/callback`,
      encryptionKeys: generateKey(),
      database: 'file::memory:',
      apiBaseUrl: emulator.url,
      accountsBaseUrl: emulator.url,
    })
    server = createServer(express().use(auth.router))
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    await auth.start()
  })
  afterEach(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await auth.close()
    await emulator.close()
  })

  it('are refreshed when a caller insists, and revoked at Feishu and here', async () => {
    const works = (token: string) => emulator.sim.tokenOwner(token)?.works
    await expect(auth.getUserAccessToken({ openId })).rejects.toThrow(AuthorizationRequiredError)
    await fetch(await createPerson(emulator, openId).consents())

    const first = await auth.getUserAccessToken({ openId })
    expect(await auth.getUserAccessToken({ openId })).toEqual(first)
    const second = await auth.getUserAccessToken({ openId, forceRefresh: true })
    const third = await auth.refreshUserAccessToken({ openId })
    const tokens = [first, second, third].map(({ accessToken }) => accessToken)
    expect(new Set(tokens).size).toBe(3)
    expect(await auth.getUserAccessToken({ openId, minValidity: 3600 })).toEqual(third)

    expect(works(third.accessToken)).toBe(true)
    expect(await auth.revokeUserAccessToken({ openId })).toBe(true)
    expect(works(third.accessToken)).toBe(false)
    expect(await auth.revokeUserAccessToken({ openId })).toBe(false)
    await expect(auth.refreshUserAccessToken({ openId })).rejects.toThrow(
      AuthorizationRequiredError,
    )
  })

  it('are never asked of a person by refreshing', async () => {
    await expect(auth.refreshUserAccessToken({ openId })).rejects.toThrow(
      AuthorizationRequiredError,
    )
    expect(emulator.sim.messages()).toEqual([])
  })

  it.each([-1, 3601, Number.NaN])('cannot promise %d seconds', async (minValidity) => {
    await expect(auth.getUserAccessToken({ openId, minValidity })).rejects.toThrow(RangeError)
    expect(emulator.sim.messages()).toEqual([])
  })
})
