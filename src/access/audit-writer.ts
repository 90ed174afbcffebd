import type { Clock, Log } from '../auth/ports.ts'
import { StoreUnavailableError } from '../errors.ts'
import {
  type AuditEntry,
  type AuditFact,
  type ChainHead,
  chainAfter,
  GENESIS,
} from './audit-chain.ts'
import type { AuditMark } from './audit-mark.ts'
import type { AuditStore } from './audit-store.ts'

/** Brings facts into the chain, in the order they came. */
export interface AuditWriter {
  /** Takes a fact along with the next batch, in a second at most; equal ones become one entry with a count. */
  add(fact: AuditFact): void
  /**
   * Writes a fact now, together with everything that waits; resolves when it is on disk.
   * @throws {StoreUnavailableError} when it could not be written; it is then forgotten.
   */
  write(fact: AuditFact): Promise<void>
  /** Writes what waits, and tries a few times. */
  close(): Promise<void>
}

type Waiting = {
  fact: AuditFact
  times: number
  lastAt: Date
  /** Set when somebody waits for it. */
  caller: { resolve: () => void; reject: (error: unknown) => void } | null
}

const BATCH_MS = 1000
const BATCH = 512
/** More than that is not kept while the database is away; how many were lost becomes an entry. */
const MOST_WAITING = 10_000
const LONGEST_PAUSE_MS = 30_000
const CLOSING_TRIES = 3
/** The mark of the end follows the chain at this distance: so much could be cut off unseen after a crash. */
const MARK_MS = 10_000
/** So often others may be faster at the end of the chain. */
const MOST_RACES_LOST = 50

/** Creates the only writer of this process; other processes may write to the same chain. */
export function createAuditWriter({
  store,
  mark,
  clock,
  log,
}: {
  store: Pick<AuditStore, 'head' | 'append' | 'list'>
  mark: Pick<AuditMark, 'begin' | 'moveTo'>
  clock: Clock
  log: Log
}): AuditWriter {
  let queue: Waiting[] = []
  const equals = new Map<string, Waiting>()
  let head: ChainHead | null = null
  let marked: ChainHead | null = null
  let markedAt = 0
  let marking = Promise.resolve()
  /** What is on its way, or was when the database failed: it may have arrived. */
  let sent: readonly { entry: AuditEntry; waiting: Waiting }[] = []
  let running: Promise<void> | null = null
  let alarm: AbortController | null = null
  let failures = 0
  let lost = 0
  let isClosing = false

  return {
    add,
    write(fact) {
      return new Promise((resolve, reject) => {
        queue.push({ fact, times: 1, lastAt: fact.at, caller: { resolve, reject } })
        void flush()
      })
    },
    async close() {
      isClosing = true
      alarm?.abort()
      await running
      for (let tries = 0; queue.length > 0 && tries < CLOSING_TRIES; tries++) await flush()
      if (queue.length > 0) log('error', 'audit_entries_lost', { entries: countOf(queue) })
      await marking
      await moveMark()
    },
  }

  function add(fact: AuditFact): void {
    const { at: _at, detail, ...same } = fact
    const { request_id: _request, ...others } = detail
    const likeness = JSON.stringify([same, others])
    const equal = equals.get(likeness)
    if (equal) {
      equal.times++
      equal.lastAt = fact.at
      return
    }
    if (queue.length >= MOST_WAITING) {
      if (lost++ === 0) log('error', 'audit_entries_lost', { entries: 1 })
      return
    }
    const waiting = { fact, times: 1, lastAt: fact.at, caller: null }
    equals.set(likeness, waiting)
    queue.push(waiting)
    if (failures === 0 && queue.length >= BATCH) void flush()
    else wakeIn(BATCH_MS)
  }

  function wakeIn(milliseconds: number): void {
    if (alarm || isClosing) return
    const mine = new AbortController()
    alarm = mine
    void clock.sleep(milliseconds, mine.signal).then(() => {
      alarm = null
      if (!mine.signal.aborted) void flush()
    })
  }

  function flush(): Promise<void> {
    running ??= work()
    return running
  }

  async function work(): Promise<void> {
    try {
      do await writeBatch()
      while (queue.length >= (isClosing ? 1 : BATCH) || queue.some(({ caller }) => caller))
      if (failures > 0) log('info', 'audit_written_again', {})
      failures = 0
    } catch (error) {
      failures++
      log('error', 'audit_not_written', { entries: countOf(queue), error })
      sendCallersAway(error)
    }
    running = null
    const pause = failures === 0 ? BATCH_MS : BATCH_MS * 2 ** (failures - 1)
    if (queue.length > 0) wakeIn(Math.min(LONGEST_PAUSE_MS, pause))
    // Beside the work: whoever waits for an entry does not wait for the mark.
    if (failures === 0 && clock.now().getTime() - markedAt >= MARK_MS) marking = moveMark()
  }

  async function writeBatch(): Promise<void> {
    await lookForSent()
    noteLost()
    // From here on an equal fact is a new entry.
    equals.clear()
    let left = Math.min(queue.length, BATCH)
    for (let racesLost = 0; left > 0; ) {
      sent = chain(head ?? (await findHead()), queue.slice(0, left))
      const written = await store.append(sent.map(({ entry }) => entry))
      head = sent[written - 1]?.entry ?? null
      arrived(sent.slice(0, written))
      sent = []
      left -= written
      racesLost = written > 0 ? 0 : racesLost + 1
      if (racesLost > MOST_RACES_LOST) {
        throw new StoreUnavailableError('audit.append', new Error('Others were always faster.'))
      }
    }
  }

  /** A chain has a mark before it has an entry, so that one without a mark is one that lost it. */
  async function findHead(): Promise<ChainHead> {
    const found = await store.head()
    if (!found) await mark.begin()
    return found ?? GENESIS
  }

  /** The chain is right without it, so nobody has to wait or to fail for it. */
  async function moveMark(): Promise<void> {
    const end = head
    if (!end || end.sequence === marked?.sequence) return
    markedAt = clock.now().getTime()
    try {
      await mark.moveTo(end)
      marked = end
    } catch (error) {
      log('error', 'audit_not_written', { entries: 0, error })
    }
  }

  /** A statement that failed may have been carried out all the same. */
  async function lookForSent(): Promise<void> {
    const [first] = sent
    if (!first) return
    head = null
    const found = await store.list({ after: first.entry.sequence - 1, limit: sent.length })
    const hashes = new Set(found.map(({ hash }) => hash))
    arrived(sent.filter(({ entry }) => hashes.has(entry.hash)))
    sent = []
  }

  function arrived(these: typeof sent): void {
    const written = new Set(these.map(({ waiting }) => waiting))
    for (const { caller } of written) caller?.resolve()
    queue = queue.filter((waiting) => !written.has(waiting))
  }

  function noteLost(): void {
    if (lost === 0) return
    const fact: AuditFact = {
      at: clock.now(),
      actor: 'service',
      action: 'entries_lost',
      outcome: 'done',
      appId: null,
      openId: null,
      detail: { count: lost },
    }
    lost = 0
    queue.push({ fact, times: 1, lastAt: fact.at, caller: null })
  }

  /** Nothing comes of what they wanted, so it must not be written later. */
  function sendCallersAway(error: unknown): void {
    for (const { caller } of queue) caller?.reject(error)
    queue = queue.filter(({ caller }) => !caller)
  }
}

function chain(head: ChainHead, queue: readonly Waiting[]) {
  let last = head
  return queue.map((waiting) => {
    const entry = chainAfter(last, factOf(waiting))
    last = entry
    return { entry, waiting }
  })
}

function factOf({ fact, times, lastAt }: Waiting): AuditFact {
  if (times === 1) return fact
  return { ...fact, detail: { ...fact.detail, count: times, last_at: lastAt.toISOString() } }
}

function countOf(queue: readonly Waiting[]): number {
  return queue.reduce((sum, { times }) => sum + times, 0)
}
