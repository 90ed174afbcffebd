import { count, eq, gt, isNull, min, type SQL, sql } from 'drizzle-orm'
import type { Engine } from './engine.ts'
import { letOthers } from './let-others.ts'

/** Up to so many entries are counted one by one, in about a millisecond. */
const FEW = 20_000

type CountedKey = { keyId: string | null; count: number }

/**
 * Counts grants by the key that sealed them; null stands for grants not known to be sealed with one key.
 *
 * Nearly all are sealed with one key but during a rotation: that one has what the others leave, for the whole is known
 * from the pages of an index without a look at its entries.
 */
export async function countByKey({ database, schema: { grants } }: Engine): Promise<CountedKey[]> {
  const few: CountedKey[] = []
  const many: (string | null)[] = []
  for (const keyId of [null, ...(await listKeys())]) {
    const counted = await countUpTo(FEW, keyId)
    if (counted === FEW) many.push(keyId)
    else if (counted > 0) few.push({ keyId, count: counted })
    await letOthers()
  }
  const [largest, ...others] = many
  const counts = [...few]
  for (const keyId of others) {
    counts.push({ keyId, count: await countWhere(isSealedWith(keyId)) })
    await letOthers()
  }
  if (largest !== undefined) {
    const rest = (await countWhere(undefined)) - counts.reduce((sum, each) => sum + each.count, 0)
    counts.push({ keyId: largest, count: Math.max(0, rest) })
  }
  return counts

  async function listKeys(): Promise<string[]> {
    const keys: string[] = []
    for (let keyId = await keyAfter(''); keyId !== null; keyId = await keyAfter(keyId)) {
      keys.push(keyId)
    }
    return keys
  }

  async function keyAfter(keyId: string): Promise<string | null> {
    const [next] = await database
      .select({ keyId: min(grants.sealedWith) })
      .from(grants)
      .where(gt(grants.sealedWith, keyId))
    return next?.keyId ?? null
  }

  async function countUpTo(most: number, keyId: string | null): Promise<number> {
    const sealed = database
      .select({ one: sql<number>`1`.as('one') })
      .from(grants)
      .where(isSealedWith(keyId))
      .limit(most)
      .as('sealed')
    const [row] = await database.select({ count: count() }).from(sealed)
    return row?.count ?? 0
  }

  async function countWhere(where: SQL | undefined): Promise<number> {
    const [row] = await database.select({ count: count() }).from(grants).where(where)
    return row?.count ?? 0
  }

  function isSealedWith(keyId: string | null): SQL {
    return keyId === null ? isNull(grants.sealedWith) : eq(grants.sealedWith, keyId)
  }
}
