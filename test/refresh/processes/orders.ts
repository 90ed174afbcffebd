/** What a worker is told to do. */
export type WorkerOrder = { do: 'ask'; openId: string; calls: number } | { do: 'close' }

/** What a worker tells. */
export type WorkerAnswer =
  | { kind: 'ready' }
  | {
      kind: 'asked'
      /** Each token or failure, with how many callers got it. */
      outcomes: [string, number][]
      /** Why grants were finished in this process so far. */
      finished: string[]
      /** Milliseconds between the answer of Feishu and the database having it, of every refresh so far. */
      savedAfterMs: number[]
    }
