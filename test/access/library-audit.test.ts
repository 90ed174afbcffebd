import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { generateKey } from '../../src/auth/token-cipher.ts'
import { type FeishuEmulator, startFeishuEmulator } from '../../src/emulator/index.ts'
import { createCardAuth } from '../../src/index.ts'
import { openStore } from '../../src/store/open-store.ts'
import { freePort } from '../support/free-port.ts'
import { createPerson } from '../support/processes/person.ts'

describe('the audit record of the library', () => {
  let folder: string
  let emulator: FeishuEmulator
  let server: Server
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'card-auth-'))
    emulator = await startFeishuEmulator()
  })
  afterEach(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await emulator.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('holds what was asked, decided and revoked, and not what the bot reads itself', async () => {
    expect(await actionsOfADay(undefined)).toEqual([
      ['library', 'session_asked'],
      ['person', 'authorization_completed'],
      ['library', 'token_revoked'],
    ])
  })

  it('holds each token as well, where that is wanted', async () => {
    expect(await actionsOfADay('strict')).toEqual([
      ['library', 'session_asked'],
      ['person', 'authorization_completed'],
      ['library', 'token_read'],
      ['library', 'token_read'],
      ['library', 'token_refreshed'],
      ['library', 'token_revoked'],
    ])
  })

  it('is empty when it is off', async () => {
    expect(await actionsOfADay('off')).toEqual([])
  })

  async function actionsOfADay(audit: 'batched' | 'strict' | 'off' | undefined) {
    const openId = emulator.people[0]?.openId ?? ''
    const port = await freePort()
    const database = `file:${join(folder, 'auth.db')}`
    const auth = await createCardAuth({
      appId: emulator.app.appId,
      appSecret: emulator.app.appSecret,
      redirectUri: `http://127.0.0.1:${port}/callback`,
      encryptionKeys: generateKey(),
      database,
      apiBaseUrl: emulator.url,
      accountsBaseUrl: emulator.url,
      audit,
    })
    server = createServer(express().use(auth.router))
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    await auth.start()
    await auth.requestAuthorization({ openId })
    await fetch(await createPerson(emulator, openId).consents())
    await auth.getUserAccessToken({ openId })
    await auth.getUserAccessToken({ openId })
    await auth.refreshUserAccessToken({ openId })
    await auth.revokeUserAccessToken({ openId })
    await auth.close()
    const store = await openStore({ databaseUrl: database })
    const entries = await store.audit.list({ limit: 100 })
    await store.close()
    return entries.map(({ actor, action }) => [actor, action])
  }
})
