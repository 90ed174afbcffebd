import type { Action, Permissions } from './permissions.ts'

/** What somebody wants to do: one action, on one person of one app, with these scopes. */
export type Claim = {
  action: Action
  appId: string
  openId: string
  /** What is asked for, or what a token to be handed out carries; none where scopes play no part. */
  scopes?: readonly string[] | undefined
}

/** The first part of a claim that a key was not given. */
export type Denial =
  | { part: 'action'; lacking: Action }
  | { part: 'app'; lacking: string }
  | { part: 'person'; lacking: string }
  | { part: 'scopes'; lacking: readonly string[] }

/** What a key of the environment may do. */
export const EVERYTHING: Permissions = {
  actions: ['*'],
  appIds: ['*'],
  scopes: ['*'],
  people: ['*'],
}

/**
 * Lets a token live longer and opens nothing, so it is never denied: every token that keeps working carries it.
 * https://open.feishu.cn/document/authentication-management/access-token/get-user-access-token
 */
const HARMLESS = 'offline_access'

/** Tells what of a claim is not permitted; null when every part of it is. */
export function denialOf(permissions: Permissions, claim: Claim): Denial | null {
  const { action, appId, openId, scopes = [] } = claim
  if (!includes(permissions.actions, action)) return { part: 'action', lacking: action }
  if (!includes(permissions.appIds, appId)) return { part: 'app', lacking: appId }
  if (!includes(permissions.people, openId)) return { part: 'person', lacking: openId }
  const lacking = scopes.filter((scope) => !permitsScope(permissions, scope))
  return lacking.length > 0 ? { part: 'scopes', lacking } : null
}

/** Tells whether a key was given every part of a claim; what nobody gave is denied. */
export function permits(permissions: Permissions, claim: Claim): boolean {
  return denialOf(permissions, claim) === null
}

/** Tells whether a key may ask for a scope, and know of it. */
export function permitsScope({ scopes }: Permissions, scope: string): boolean {
  return scope === HARMLESS || includes(scopes, scope)
}

/**
 * Tells whether a question to this person, for these scopes, is any business of a key: it may ask them for one of the scopes at least.
 * One question may stand for those of several keys.
 */
export function permitsSight(
  permissions: Permissions,
  { appId, openId, scopes }: { appId: string; openId: string; scopes: readonly string[] },
): boolean {
  if (!permits(permissions, { action: 'ask', appId, openId })) return false
  const others = scopes.filter((scope) => scope !== HARMLESS)
  return others.length === 0 || others.some((scope) => permitsScope(permissions, scope))
}

/** Tells whether a list of permissions holds a name, or stands for every name. */
export function includes(permitted: readonly string[], name: string): boolean {
  return permitted.includes('*') || permitted.includes(name)
}
