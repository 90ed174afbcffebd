/**
 * Tidings between the instances on one database: which sessions have ended elsewhere.
 *
 * They come soon, but may be late, doubled or lost: they wake whoever waits, and the database tells what is true.
 */
export interface Tidings {
  /** Tells the other instances that a session has ended here. */
  tell(sessionId: string): Promise<void>
  /** Hears what others tell until the returned function is called; null means that any session may have ended unheard. */
  listen(hear: TidingsListener): () => void
}

/** Called with the session of which tidings have come; must not throw. */
export type TidingsListener = (sessionId: string | null) => void
