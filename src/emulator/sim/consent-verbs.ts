import type { EmulatorContext } from '../context.ts'
import { parseAuthorizeRequest } from '../oauth/authorize-request.ts'
import { type Decided, denyRequest, grantRequest } from '../oauth/decide.ts'
import { revokeTokens } from '../oauth/revoke-tokens.ts'
import { requirePerson } from './find.ts'
import type { ConsentOutcome, Sim } from './sim.ts'
import { SimError } from './sim-error.ts'

/** What people decide on the authorize page, and how they take it back. */
export function consentVerbs(context: EmulatorContext): Pick<Sim, 'approve' | 'deny' | 'revoke'> {
  const { world } = context

  function asked(authorizeUrl: string) {
    return parseAuthorizeRequest(queryOf(authorizeUrl), world.app)
  }

  return {
    async approve({ authorizeUrl, openId, scopes }) {
      requirePerson(world, openId)
      const request = asked(authorizeUrl)
      if ('pageError' in request) return outcome(request)
      return outcome(grantRequest(context, request, openId, scopes))
    },
    async deny({ authorizeUrl, openId }) {
      requirePerson(world, openId)
      const request = asked(authorizeUrl)
      return outcome('pageError' in request ? request : denyRequest(request))
    },
    async revoke({ openId, tokens = 'both', reason = 'user' }) {
      return revokeTokens(context, requirePerson(world, openId), { tokens, reason })
    },
  }
}

function outcome(decided: Decided): ConsentOutcome {
  return 'redirect' in decided ? decided : { pageError: decided.pageError }
}

function queryOf(authorizeUrl: string): URLSearchParams {
  if (!URL.canParse(authorizeUrl)) {
    throw new SimError('invalid_url', 'authorize_url is not an absolute URL')
  }
  const { pathname, searchParams } = new URL(authorizeUrl)
  if (!pathname.endsWith('/authen/v1/authorize')) {
    throw new SimError('invalid_url', 'authorize_url is not an authorize page of the emulator')
  }
  return searchParams
}
