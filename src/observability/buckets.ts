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
