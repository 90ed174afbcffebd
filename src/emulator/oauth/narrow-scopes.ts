import { refuse } from './oauth-refusal.ts'

/** Narrows the granted scopes to the asked ones: duplicates are 20067, anything beyond the grant 20068. */
export function narrowScopes(granted: readonly string[], asked: string | null): string[] {
  if (asked === null) return [...granted]
  const scopes = asked.split(' ').filter((scope) => scope !== '')
  if (new Set(scopes).size !== scopes.length) refuse(20067)
  if (scopes.some((scope) => !granted.includes(scope))) refuse(20068)
  return scopes
}
