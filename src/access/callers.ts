/** Who does something: `key:` and the name of an API key, or one of those who need none. */
export type Actor = `key:${string}` | 'cli' | 'library' | 'person' | 'feishu' | 'service'

/** Ties everything done for somebody to them, however deep and however late it happens. */
export interface Callers {
  /** Does work for somebody. */
  as<Result>(actor: Actor, work: () => Result): Result
  /** For whom the running work is done. */
  current(): Actor
  /** The name of the API key for which it is done; null for everybody else. */
  apiKey(): string | null
}
