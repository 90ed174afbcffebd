/** How much is measured. */
export type BenchSizes = {
  /** Rounds of each kind, the service and the floor in turn; their medians are shown. */
  rounds: number
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

/** About a minute on two idle cores. */
export const USUAL_SIZES: BenchSizes = {
  rounds: 3,
  requests: 400,
  warmUp: 400,
  connections: 16,
  starts: 5,
  warmUpStarts: 1,
  limited: 80,
}

/** A few seconds: it shows that everything still runs, not how fast. */
export const TINY_SIZES: BenchSizes = {
  rounds: 1,
  requests: 4,
  warmUp: 2,
  connections: 2,
  starts: 1,
  warmUpStarts: 0,
  limited: 4,
}
