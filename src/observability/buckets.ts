/** The buckets OpenTelemetry gives to HTTP durations, in seconds. */
export const HTTP_SECONDS = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
]

/** For what a person takes their time over, up to longer than a card lives by default; seconds. */
export const HUMAN_SECONDS = [1, 2.5, 5, 10, 15, 30, 60, 120, 300, 600, 900]

/** A refresh waits for Feishu, which may take up to the deadline of a call and its repetition; seconds. */
export const REFRESH_SECONDS = [...HTTP_SECONDS, 30, 60]

/** Waiting for a lease ends after two leases at most; seconds. */
export const LEASE_SECONDS = [...HTTP_SECONDS, 30]

/** Feishu waits three seconds for the answer to an event or a tap; seconds. */
export const CALLBACK_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 3, 5]

/** A stored token is handed out in less than a millisecond; seconds. */
export const READ_SECONDS = [0.0001, 0.0002, 0.0005, 0.001, 0.005, ...HTTP_SECONDS.slice(1), 30, 60]

/** One statement, from a read of memory to a wait for another writer; seconds. */
export const STATEMENT_SECONDS = [
  0.0002, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
]
