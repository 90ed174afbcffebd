/** How much is measured. */
export type BenchSizes = {
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

/** Well below two minutes on two busy cores. */
export const USUAL_SIZES: BenchSizes = {
  rounds: 5,
  secondsOfRounds: 20,
  requests: 200,
  warmUp: 300,
  connections: 16,
  starts: 5,
  warmUpStarts: 1,
  limited: 80,
}

/** A few seconds: it shows that everything still runs, not how fast. */
export const TINY_SIZES: BenchSizes = {
  rounds: 1,
  secondsOfRounds: 1,
  requests: 4,
  warmUp: 2,
  connections: 2,
  starts: 1,
  warmUpStarts: 0,
  limited: 4,
}
