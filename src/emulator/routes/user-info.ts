import { type Answer, json, success } from '../answer.ts'
import type { EmulatedPerson } from '../cast.ts'
import { userTokenOf } from '../check-bearer.ts'
import type { EmulatorContext } from '../context.ts'
import type { EmulatorRequest, Route } from '../router.ts'

/**
 * Who a user_access_token stands for. Its own failures come with HTTP 200.
 * See https://open.feishu.cn/document/server-docs/authentication-management/login-state-management/get
 */
export function userInfoRoutes(context: EmulatorContext): Route[] {
  return [
    {
      method: 'GET',
      path: '/open-apis/authen/v1/user_info',
      coverage: 'partial',
      handler: (request) => userInfo(context, request),
    },
  ]
}

function userInfo(context: EmulatorContext, request: EmulatorRequest): Answer {
  const found = userTokenOf(context, request)
  if ('refusal' in found) return found.refusal
  const { token } = found
  if (token.revokedAt !== null) {
    const msg = 'The user access token passed is invalid. Please check the value'
    return json({ code: 20005, msg })
  }
  const person = context.world.findPerson(token.openId)
  if (person === undefined) return json({ code: 20008, msg: 'The user does not exist.' })
  if (person.status === 'resigned') return json({ code: 20021, msg: 'User resigned' })
  if (person.status === 'frozen') return json({ code: 20022, msg: 'User frozen' })
  return success(profile(person, token.scopes, context.baseUrl()))
}

function profile(person: EmulatedPerson, scopes: string[], baseUrl: string) {
  const avatar = `${baseUrl}/avatar/${person.openId}`
  const email = `${person.enName.toLowerCase().replaceAll(' ', '.')}@example.com`
  return {
    name: person.name,
    en_name: person.enName,
    avatar_url: avatar,
    avatar_thumb: `${avatar}?size=72`,
    avatar_middle: `${avatar}?size=240`,
    avatar_big: `${avatar}?size=640`,
    open_id: person.openId,
    union_id: person.unionId,
    tenant_key: person.tenantKey,
    ...(scopes.includes('contact:user.email:readonly') ? { email, enterprise_email: email } : {}),
    ...(scopes.includes('contact:user.employee_id:readonly') ? { user_id: person.userId } : {}),
  }
}
