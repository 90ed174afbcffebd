const FIRST_PAUSE_SECONDS = 30
const LONGEST_PAUSE_SECONDS = 15 * 60
/** Nobody knows how long to wait after an answer that nobody understands; it is no matter of seconds. */
const UNEXPLAINED_PAUSE_SECONDS = 60
/** An answer that nobody understands is asked for so often in a row, and then rarely: somebody has to look. */
const UNEXPLAINED_TRIES = 5
const UNEXPLAINED_LONG_PAUSE_SECONDS = 3600

/** The pause after so many setbacks in a row before this one: 30 s, doubling, at most 15 minutes, spread by a tenth. */
export function pauseSeconds(failures: number): number {
  return spread(Math.min(FIRST_PAUSE_SECONDS * 2 ** failures, LONGEST_PAUSE_SECONDS))
}

/** The pause after an answer that explains nothing: a minute at least, and an hour from the fifth setback in a row on. */
export function unexplainedPauseSeconds(failures: number): number {
  if (failures + 1 >= UNEXPLAINED_TRIES) return spread(UNEXPLAINED_LONG_PAUSE_SECONDS)
  return Math.max(pauseSeconds(failures), UNEXPLAINED_PAUSE_SECONDS)
}

function spread(seconds: number): number {
  return Math.ceil(seconds * (1 + Math.random() * 0.1))
}
