/** A stretch of work that whoever watches sees as one. */
export type Stretch = 'get_user_access_token' | 'refresh' | `job ${string}`

/**
 * Runs a stretch of work; who watches learns when it began and how it ended, and changes nothing. `failureOf` tells from
 * a result why it is a bad one.
 */
export type Around = <Result>(
  stretch: Stretch,
  work: () => Promise<Result>,
  failureOf?: (result: Result) => string | null,
) => Promise<Result>

/** Nobody watches. */
export const unwatched: Around = (_stretch, work) => work()
