import { describe, expect, expectTypeOf, it } from 'vitest'
import type { z } from 'zod'
import { PROBLEM_CODES } from '../../src/client/card-auth-error.ts'
import type {
  AuthorizationRequest,
  Session,
  SessionFilter,
  SessionPage,
  UserAccessToken,
  UserAccessTokenRequest,
} from '../../src/client/index.ts'
import type { WaitingSession } from '../../src/client/replies.ts'
import { PROBLEMS } from '../../src/http/problem.ts'
import type {
  newSession,
  sessionFilter,
  sessionPage,
  sessionReply,
  tokenReply,
  tokenRequest,
  waitingSession,
} from '../../src/http/v1/schemas.ts'

/** `session_id` → `sessionId`. */
type CamelCase<Name> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name

/** What the client makes of an answer of the service. */
type Spelled<Json> = Json extends (infer Item)[]
  ? Spelled<Item>[]
  : Json extends object
    ? {
        [Name in keyof Json as CamelCase<Name>]: Name extends 'at' | `${string}_at`
          ? Extract<Json[Name], null> | Date
          : Spelled<Json[Name]>
      }
    : Json

/** The names of a request, as the client spells them. */
type Names<Schema extends z.ZodType> = CamelCase<keyof z.input<Schema>>

describe('the types of the client', () => {
  it('are the answers of the service, in the spelling of JavaScript', () => {
    expectTypeOf<Session>().toEqualTypeOf<Spelled<z.infer<typeof sessionReply>>>()
    expectTypeOf<WaitingSession>().branded.toEqualTypeOf<Spelled<z.infer<typeof waitingSession>>>()
    expectTypeOf<SessionPage>().toEqualTypeOf<Spelled<z.infer<typeof sessionPage>>>()
    expectTypeOf<UserAccessToken>().toEqualTypeOf<Spelled<z.infer<typeof tokenReply>>>()
  })

  it('let every member of a request be said', () => {
    expectTypeOf<Exclude<keyof AuthorizationRequest, 'signal'>>().toEqualTypeOf<
      Names<typeof newSession>
    >()
    expectTypeOf<Exclude<keyof UserAccessTokenRequest, 'signal'>>().toEqualTypeOf<
      Names<typeof tokenRequest>
    >()
    expectTypeOf<Exclude<keyof SessionFilter, 'signal'>>().toEqualTypeOf<
      Names<typeof sessionFilter>
    >()
  })

  it('know every code of the service', () => {
    expect([...PROBLEM_CODES].toSorted()).toEqual(Object.keys(PROBLEMS).toSorted())
  })
})
