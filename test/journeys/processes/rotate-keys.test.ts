import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { fillGrants } from '../../../bench/fill-grants.ts'
import { APP_ID, openIdOf } from '../../../bench/people.mjs'
import { generateKey, parseKeyRing } from '../../../src/auth/token-cipher.ts'
import { startFeishuEmulator } from '../../../src/emulator/index.ts'
import { openSqliteFile } from '../../support/processes/databases.ts'
import { createDeployment } from '../../support/processes/deployment.ts'
import { rotateWhileServing } from '../../support/processes/rotate-while-serving.ts'

// A process takes its time to start where others keep the machine busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const GRANTS = 2000

const database = await openSqliteFile()
const emulator = await startFeishuEmulator({ app: { appId: APP_ID } })
const deployment = await createDeployment(emulator, database.url)
afterAll(async () => {
  await deployment.close()
  await emulator.close()
  await database.stop()
})

describe('keys rotate beside a service in a process of its own', () => {
  it('seals every token anew while callers in parallel read them, and no read fails', async () => {
    const oldKey = deployment.env.TOKEN_ENCRYPTION_KEYS ?? ''
    const newKey = generateKey()
    const parsed = parseKeyRing(oldKey)
    if (!parsed.ok) throw new Error('the key of the deployment is malformed')
    const grants = { count: GRANTS, expiresInSeconds: 7000 }
    await fillGrants(join(database.folder, 'auth.db'), parsed.keys, grants)
    const people = Array.from({ length: GRANTS }, (_, number) => openIdOf(number))

    const rotation = await rotateWhileServing(deployment, { newKey, people, callers: 4 })
    expect(rotation.exit).toEqual({ code: 0, signal: null })
    expect(rotation.said).toContain(`Done: ${GRANTS} sealed with the first key, 0 left`)
    expect(rotation.failed).toEqual([])
    expect(rotation.reads).toBeGreaterThan(0)
    expect(rotation.holdings).toMatchObject([
      { key_id: newKey.split(':')[0], grants: GRANTS, standing: 'seals' },
      { key_id: oldKey.split(':')[0], grants: 0, cards: 0, standing: 'opens' },
    ])

    // The old key is of no use any more: a service without it reads the same tokens.
    const after = await deployment.start({ env: { TOKEN_ENCRYPTION_KEYS: newKey } })
    for (const openId of [people[0], people.at(-1)]) {
      expect(await deployment.token(after.url, openId ?? '')).toContain(openId)
    }
  })
})
