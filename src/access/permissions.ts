/** What a caller does with the API: ask a person, read a token, or revoke one. */
export const ACTIONS = ['ask', 'read', 'revoke'] as const

/** One thing a caller does. */
export type Action = (typeof ACTIONS)[number]

/** What a key may do; what is not listed is denied, and `*` in a list stands for everything. */
export type Permissions = {
  actions: readonly (Action | '*')[]
  appIds: readonly string[]
  /** OAuth scopes that may be asked for, and that a token handed out may carry. */
  scopes: readonly string[]
  /** open_ids. */
  people: readonly string[]
}
