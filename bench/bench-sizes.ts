/** How much is measured of callbacks, sessions and starts. */
export type LoadSizes = {
  /** Rounds of each kind at most, the service and the floor in turn; their medians are shown. */
  rounds: number
  /** After so long no further round of the same kind begins: a busy machine must not take for ever. */
  secondsOfRounds: number
  /** Requests of a round, and of the one before the first that does not count. */
  requests: number
  warmUp: number
  connections: number
  starts: number
  /** Starts before those that count. */
  warmUpStarts: number
  /** Requests of one app, after as many as Feishu's limit lets through at once. */
  limited: number
}

/** How much is measured of tokens. */
export type TokenSizes = {
  /** Grants in the database that the contestants are compared on. */
  people: number
  /** Rounds of reads, everybody in turn. */
  readRounds: number
  /** How long a contestant reads in a round, and how often at most. */
  readMilliseconds: number
  readsAtMost: number
  /** Rounds of `GET /v1/tokens`, as {@link LoadSizes} has them. */
  http: Pick<LoadSizes, 'rounds' | 'secondsOfRounds' | 'requests' | 'warmUp' | 'connections'>
  /** Callers at once on one token that ran out. */
  callers: readonly number[]
  /** Refreshes whose own share is measured, after as many that do not count. */
  refreshes: number
  /** Grants in the small and in the large database. */
  few: number
  many: number
  /** Grants that the scheduler finds overdue in the large one. */
  overdue: number
  scrapes: number
}

/** How much is measured of waiters. */
export type WakingSizes = {
  /** Waiters woken one after the other, on each engine, on the same instance and on another. */
  rounds: number
  /** Waiters of one session in a process. */
  crowd: number
}

/** How much is measured. */
export type BenchSizes = { load: LoadSizes; tokens: TokenSizes; waking: WakingSizes }

/** Below six minutes on two cores. */
export const USUAL_SIZES: BenchSizes = {
  load: {
    rounds: 5,
    secondsOfRounds: 20,
    requests: 200,
    warmUp: 300,
    connections: 16,
    starts: 5,
    warmUpStarts: 1,
    limited: 80,
  },
  tokens: {
    people: 100_000,
    readRounds: 10,
    readMilliseconds: 300,
    readsAtMost: 100_000,
    http: { rounds: 7, secondsOfRounds: 30, requests: 5000, warmUp: 5000, connections: 50 },
    callers: [50, 1000],
    refreshes: 250,
    few: 1000,
    many: 1_000_000,
    overdue: 180,
    scrapes: 3,
  },
  waking: { rounds: 100, crowd: 1000 },
}

/** A few seconds: it shows that everything still runs, not how fast. */
export const TINY_SIZES: BenchSizes = {
  load: {
    rounds: 1,
    secondsOfRounds: 1,
    requests: 4,
    warmUp: 2,
    connections: 2,
    starts: 1,
    warmUpStarts: 0,
    limited: 4,
  },
  tokens: {
    people: 20,
    readRounds: 1,
    readMilliseconds: 1000,
    readsAtMost: 10,
    http: { rounds: 1, secondsOfRounds: 1, requests: 4, warmUp: 2, connections: 2 },
    callers: [5],
    refreshes: 2,
    few: 10,
    many: 30,
    overdue: 2,
    scrapes: 1,
  },
  waking: { rounds: 1, crowd: 10 },
}
