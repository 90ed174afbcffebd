import { eq } from 'drizzle-orm'
import type { AppSignStore } from '../auth/app-signs.ts'
import type { Engine } from './engine.ts'

/** Creates the statements on signs of how an app is set up. */
export function createAppSigns({ database, schema: { appSigns } }: Engine): AppSignStore {
  return {
    async note(appId, sign, at) {
      await database
        .insert(appSigns)
        .values({ appId, sign, seenAt: at })
        .onConflictDoUpdate({ target: [appSigns.appId, appSigns.sign], set: { seenAt: at } })
    },

    async find(appId) {
      const rows = await database.select().from(appSigns).where(eq(appSigns.appId, appId))
      return Object.fromEntries(rows.map(({ sign, seenAt }) => [sign, seenAt]))
    },
  }
}
