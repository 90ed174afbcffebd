import type { Access } from '../../access/access.ts'
import type { AuditAction } from '../../access/audit-chain.ts'
import type { Client } from '../../access/clients.ts'
import type { Action } from '../../access/permissions.ts'
import { type Denial, denialOf, includes, permitsSight } from '../../access/permits.ts'
import type { Apps } from '../../auth/apps.ts'
import type { UserAccessToken } from '../../auth/grant.ts'
import type { AuthSession } from '../../auth/session.ts'
import { AuthSessionNotFoundError } from '../../errors.ts'
import { HttpProblem } from '../problem.ts'
import type { Answering } from '../request-facts.ts'
import { clientOf, unauthenticated } from './authenticate.ts'

/** What a caller wants; `appId` as they named it. */
type Wanted = {
  action: Action
  appId: string | undefined
  openId: string
  /** `default` stands for those that the app asks for when nobody names any. */
  scopes?: readonly string[] | 'default' | undefined
}

/** What an answer is about. */
type About = { appId: string; openId: string }

/** Lets through what the caller's key was given, and records what it was not. */
export interface Gate {
  /**
   * Checks before anything is looked up, so that an answer tells nothing of people whom the key may not know; gives the app.
   * @throws {HttpProblem} `forbidden`.
   * @throws {UnknownAppError} when several apps are configured and none was named.
   */
  pass(response: Answering, wanted: Wanted, recordAs?: AuditAction): string
  /** Checks an action alone, where whom it is about is not known yet. */
  passAction(response: Answering, action: Action, recordAs: AuditAction): void
  /** Tells whether the key may see a session: one that asks somebody of its own for a scope of its own. */
  maySee(response: Answering, session: AuthSession): boolean
  /**
   * Lets a session be seen; for one of somebody else there is no such session.
   * @throws {AuthSessionNotFoundError} for it.
   */
  passSession(response: Answering, session: AuthSession, recordAs: AuditAction): void
  /**
   * Lets a session be withdrawn, which takes every scope it asks for: others may be waiting for theirs.
   * @throws {AuthSessionNotFoundError} for one that may not be seen.
   * @throws {HttpProblem} `forbidden` for one that asks for others as well.
   */
  passWithdrawal(response: Answering, session: AuthSession, recordAs: AuditAction): void
  /** What a list may show: what was asked for, or the only choice of the key. */
  narrow(
    response: Answering,
    asked: { appId: string | undefined; openId: string | undefined },
  ): { appId: string | undefined; openId: string | undefined }
  /** Tells whether the key may have a token whatever it carries. */
  hasEveryScope(response: Answering): boolean
  /** Checks that the key may have every scope that a token carries: it is handed out whole. */
  passToken(response: Answering, token: UserAccessToken, recordAs?: AuditAction): void
  /**
   * Lets an answer leave that took its time: the key must not have been revoked meanwhile.
   * @throws {HttpProblem} `unauthenticated`.
   */
  passAgain(response: Answering, about: About, recordAs: AuditAction): Promise<void>
  /**
   * The last step before a token leaves: {@link passAgain} and {@link passToken}, then the record of it.
   * @throws {StoreUnavailableError} when the record must be on disk first, and could not be written.
   */
  handOut(response: Answering, token: UserAccessToken, recordAs?: AuditAction): Promise<void>
}

const RECORDED_AS: Record<Action, AuditAction> = {
  ask: 'session_asked',
  read: 'token_read',
  revoke: 'token_revoked',
}

/** Creates the gate of `/v1`. */
export function createGate({
  apps,
  audit,
  clients,
  onTokenDenied,
}: {
  apps: Apps
  /** Told the name of a key that was not permitted a token. */
  onTokenDenied?: ((client: string) => void) | undefined
} & Pick<Access, 'audit' | 'clients'>): Gate {
  const gate: Gate = {
    pass(response, { action, appId: named, openId, scopes: asked }, recordAs) {
      const appId = named ?? apps.resolve().appId
      const scopes = asked === 'default' ? defaultScopesOf(appId) : asked
      const claim = { action, appId, openId, scopes }
      const denial = denialOf(clientOf(response).permissions, claim)
      if (denial && action === 'read') onTokenDenied?.(clientOf(response).name)
      if (denial) refuse(denial, recordAs ?? RECORDED_AS[action], appId, openId)
      return appId
    },
    passAction(response, action, recordAs) {
      if (includes(clientOf(response).permissions.actions, action)) return
      refuse({ part: 'action', lacking: action }, recordAs)
    },
    maySee: (response, session) => permitsSight(clientOf(response).permissions, session),
    passSession(response, session, recordAs) {
      if (gate.maySee(response, session)) return
      const { id, appId, openId } = session
      audit.note({ action: recordAs, outcome: 'forbidden', appId, openId })
      throw new AuthSessionNotFoundError(id)
    },
    passWithdrawal(response, session, recordAs) {
      gate.passSession(response, session, recordAs)
      const { appId, openId, scopes } = session
      const claim = { action: 'ask', appId, openId, scopes } as const
      const denial = denialOf(clientOf(response).permissions, claim)
      if (!denial) return
      note(denial, recordAs, appId, openId)
      // Which scopes they are is not the caller's business.
      const detail = 'The session also asks for scopes that this API key was not given.'
      throw new HttpProblem('forbidden', detail, { members: { lacking: { part: denial.part } } })
    },
    narrow(response, { appId, openId }) {
      gate.passAction(response, 'ask', 'session_read')
      const client = clientOf(response)
      return { appId: choose(client, 'app', appId), openId: choose(client, 'person', openId) }
    },
    hasEveryScope: (response) => clientOf(response).permissions.scopes.includes('*'),
    passToken(response, { appId, openId, scopes }, recordAs = 'token_read') {
      const claim = { action: 'read', appId, openId, scopes } as const
      const denial = denialOf(clientOf(response).permissions, claim)
      if (denial) onTokenDenied?.(clientOf(response).name)
      if (denial) refuse(denial, recordAs, appId, openId)
    },
    async passAgain(response, { appId, openId }, action) {
      if (await clients.isStillKnown(clientOf(response))) return
      const problem = unauthenticated()
      audit.note({ action, outcome: problem.code, appId, openId })
      throw problem
    },
    async handOut(response, token, recordAs = 'token_read') {
      await gate.passAgain(response, token, recordAs)
      gate.passToken(response, token, recordAs)
      const { appId, openId, scopes } = token
      await audit.handOut({ action: recordAs, appId, openId, detail: { scopes } })
    },
  }
  return gate

  /** An app that is not configured is told of later, to those who may name it. */
  function defaultScopesOf(appId: string): readonly string[] {
    return apps.all.find((app) => app.appId === appId)?.defaultScopes ?? []
  }

  function refuse(denial: Denial, action: AuditAction, appId?: string, openId?: string): never {
    note(denial, action, appId, openId)
    throw forbidden(denial)
  }

  function note({ part, lacking }: Denial, action: AuditAction, appId?: string, openId?: string) {
    audit.note({ action, outcome: 'forbidden', appId, openId, detail: { part, lacking } })
  }

  function choose({ permissions }: Client, part: 'app' | 'person', asked: string | undefined) {
    const permitted = part === 'app' ? permissions.appIds : permissions.people
    if (asked !== undefined && !includes(permitted, asked)) {
      refuse({ part, lacking: asked }, 'session_read')
    }
    if (asked !== undefined || permitted.includes('*')) return asked
    const [only, ...others] = permitted
    if (only !== undefined && others.length === 0) return only
    const name = part === 'app' ? 'app_id' : 'open_id'
    const detail = `This API key was given certain ones only: name one of them as ${name}.`
    throw new HttpProblem('forbidden', detail, { members: { lacking: { part } } })
  }
}

function forbidden(denial: Denial): HttpProblem {
  const { part } = denial
  const lacking = part === 'scopes' ? { part, scopes: denial.lacking } : { part }
  return new HttpProblem('forbidden', inWords(denial), { members: { lacking } })
}

function inWords(denial: Denial): string {
  switch (denial.part) {
    case 'action':
      return `This API key was not given the action ${denial.lacking}.`
    case 'app':
      return 'This API key was not given this app.'
    case 'person':
      return 'This API key was not given this person.'
    case 'scopes':
      return `This API key was not given these scopes: ${denial.lacking.join(' ')}.`
  }
}
