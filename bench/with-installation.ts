import { createInstallation, type Installation } from '../test/refresh/processes/installation.ts'
import type { SharedDatabase } from '../test/support/processes/databases.ts'

/** Whether a promise was kept, and what was seen. */
export type Proof = { isKept: boolean } & Record<string, unknown>

/** Opens an empty database. */
export type OpenDatabase = () => Promise<SharedDatabase>

/** Lends an installation with so many people on an empty database. */
export async function withInstallation<Seen>(
  open: OpenDatabase,
  people: number,
  work: (installation: Installation) => Promise<Seen>,
): Promise<Seen> {
  const database = await open()
  const installation = await createInstallation(database.url, { people })
  try {
    return await work(installation)
  } finally {
    await installation.close()
    await database.stop()
  }
}
