import { and, eq, exists, ne, type SQL, sql } from 'drizzle-orm'
import type { GrantKey, Lease, UpkeepStore } from '../auth/upkeep.ts'
import { later } from './dialects.ts'
import type { Engine } from './engine.ts'
import { isFree } from './is-free.ts'
import type { Schema } from './schema.ts'
import { flushed, type Unflushed } from './unflushed.ts'
import { fromMark, toUpkeepOrNull } from './upkeep-row.ts'

type UpkeepLeases = Pick<UpkeepStore, 'claim' | 'renew' | 'openIntent' | 'release'>
type Column = keyof Schema['upkeeps']['$inferSelect']
type Changes = Partial<Schema['upkeeps']['$inferSelect']>

const MARK: ReadonlySet<string> = new Set(Object.keys(fromMark(null)))
const NO_INTENT = { intentVersion: null, intentAt: null, intentProbes: null }

/** Creates the statements that give out the right to refresh a grant, and take it back. */
export function createUpkeepLeases({
  database,
  schema,
  unflushed = flushed,
}: Engine): UpkeepLeases {
  const { upkeeps, grants } = schema
  const claim = database
    .insert(upkeeps)
    .values({
      appId: given('appId'),
      openId: given('openId'),
      leaseOwner: given('leaseOwner'),
      leaseUntil: given('leaseUntil'),
      leaseFence: 1,
    })
    .onConflictDoUpdate({
      target: [upkeeps.appId, upkeeps.openId],
      set: {
        leaseOwner: given('leaseOwner'),
        leaseUntil: given('leaseUntil'),
        leaseFence: sql`${upkeeps.leaseFence} + 1`,
      },
      setWhere: sql`${isFree(upkeeps, later('now', upkeeps.leaseUntil))}`,
    })
    .returning()
    .prepare('claim_upkeep')
  const changeOf = new Map<string, ReturnType<typeof prepareChange>>()

  return {
    async claim({ appId, openId }, leaseOwner, now, leaseUntil) {
      const claiming = () => claim.execute({ appId, openId, leaseOwner, leaseUntil, now })
      // A power cut ends every holder as well; whoever presents a token waits for the disk with the intent.
      return toUpkeepOrNull(await unflushed({ execute: claiming }))
    },

    async renew(key, lease, until) {
      return await changeUnder(lease, key, { leaseUntil: until }, unflushed)
    },

    async openIntent(key, lease, { version, at, probes }) {
      const intent = { intentVersion: version, intentAt: at, intentProbes: probes }
      return await changeUnder(lease, key, intent)
    },

    async release(key, lease, result) {
      const { intent, failures, coolUntil, coolReason, doubtedVersion, mark, dueAt } = result
      // Undone by a power cut, the lease runs out and an intent of the version before is moot: nothing is tried again for it.
      const isForgettable = failures === 0 && !mark
      const changes = {
        ...{ leaseOwner: null, leaseUntil: null, failures, coolUntil, coolReason },
        ...(intent === 'settled' ? NO_INTENT : {}),
        ...(doubtedVersion === undefined ? {} : { doubtedVersion }),
        ...(mark === undefined ? {} : fromMark(mark)),
        ...(dueAt === undefined ? {} : { dueAt }),
        // A pause after a setback does not make it any less overdue.
        ...(dueAt === undefined || (dueAt && failures > 0) ? {} : { overdueSince: null }),
      }
      return await changeUnder(lease, key, changes, isForgettable ? unflushed : flushed)
    },
  }

  async function changeUnder(
    { owner, fence }: Lease,
    { appId, openId }: GrantKey,
    changes: Changes,
    commit: Unflushed = flushed,
  ): Promise<boolean> {
    const isVerdict = typeof changes.markVersion === 'number'
    const names = Object.keys(changes) as Column[]
    const shape = `${isVerdict} ${names}`
    const change =
      changeOf.get(shape) ?? prepareChange(`change_upkeep_${changeOf.size}`, names, isVerdict)
    changeOf.set(shape, change)
    const values = { ...changes, appId, openId, owner, fence }
    return (await commit({ execute: () => change.execute(values) })).length === 1
  }

  /** Writing the text of such a statement takes as long as carrying it out. */
  function prepareChange(statement: string, names: readonly Column[], isVerdict: boolean) {
    const changes = names.map((name): [Column, SQL] => [name, changed(name, isVerdict)])
    return database
      .update(upkeeps)
      .set(Object.fromEntries(changes))
      .where(and(eq(upkeeps.appId, given('appId')), eq(upkeeps.openId, given('openId')), isHeld()))
      .returning({ appId: upkeeps.appId })
      .prepare(statement)
  }

  function changed(name: Column, isVerdict: boolean): SQL {
    const value = given(name)
    const unless = (reason: SQL) => sql`case when ${reason} then ${upkeeps[name]} else ${value} end`
    if (MARK.has(name)) {
      // A mark set meanwhile from outside, for a version after the one this holder worked on, stays.
      const workedOn = isVerdict ? given('markVersion') : upkeeps.intentVersion
      return unless(sql`${upkeeps.markVersion} > ${workedOn}`)
    }
    // A verdict on one version of the grant must not unschedule the consent that came after it.
    if (name === 'dueAt' && isVerdict) return unless(isMoot())
    return value
  }

  function given(column: Column): SQL {
    return later(column, upkeeps[column])
  }

  /**
   * Holds while this very lease is the last one given.
   *
   * Time has no say: a holder whose lease ran out keeps its rights until another claims, and clocks differ.
   */
  function isHeld(): SQL | undefined {
    return and(
      eq(upkeeps.leaseOwner, later('owner', upkeeps.leaseOwner)),
      eq(upkeeps.leaseFence, later('fence', upkeeps.leaseFence)),
    )
  }

  function isMoot(): SQL {
    return exists(
      database
        .select({ version: grants.version })
        .from(grants)
        .where(
          and(
            eq(grants.appId, given('appId')),
            eq(grants.openId, given('openId')),
            ne(grants.version, given('markVersion')),
          ),
        ),
    )
  }
}
