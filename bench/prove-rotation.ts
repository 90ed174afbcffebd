import { join } from 'node:path'
import { generateKey, parseKeyRing } from '../src/auth/token-cipher.ts'
import { startFeishuEmulator } from '../src/emulator/index.ts'
import { openSqliteFile } from '../test/support/processes/databases.ts'
import { createDeployment } from '../test/support/processes/deployment.ts'
import { rotateWhileServing } from '../test/support/processes/rotate-while-serving.ts'
import { fillGrants } from './fill-grants.ts'
import { APP_ID, openIdOf } from './people.mjs'
import type { Proof } from './with-installation.ts'

const CALLERS = 8

/** S5: `keys rotate` seals so many grants anew on a SQLite file while a service in a process of its own is read from. */
export async function proveRotation(grants: number): Promise<Proof> {
  const database = await openSqliteFile()
  const emulator = await startFeishuEmulator({ app: { appId: APP_ID } })
  const deployment = await createDeployment(emulator, database.url)
  try {
    const ring = parseKeyRing(deployment.env.TOKEN_ENCRYPTION_KEYS ?? '')
    if (!ring.ok) throw new Error('the key of the deployment is malformed')
    const filling = { count: grants, expiresInSeconds: 7000 }
    await fillGrants(join(database.folder, 'auth.db'), ring.keys, filling)
    const people = Array.from({ length: grants }, (_, number) => openIdOf(number))
    const rotation = await rotateWhileServing(deployment, {
      newKey: generateKey(),
      people,
      callers: CALLERS,
    })
    const [first, ...others] = rotation.holdings
    const left = others.reduce((sum, holding) => sum + holding.grants + holding.cards, 0)
    return {
      isKept: first?.grants === grants && left === 0 && rotation.failed.length === 0,
      grants,
      'left with the old key': left,
      'a second': Math.round(rotation.perSecond),
      'reads meanwhile': rotation.reads,
      'failed reads': rotation.failed.length,
    }
  } finally {
    await deployment.close()
    await emulator.close()
    await database.stop()
  }
}
