import { type Answer, html, redirect } from '../answer.ts'
import type { EmulatorContext } from '../context.ts'
import {
  type AuthorizeRequest,
  type PageError,
  parseAuthorizeRequest,
} from '../oauth/authorize-request.ts'
import { denyRequest, grantRequest } from '../oauth/decide.ts'
import { authorizeErrorPage } from '../pages/authorize-error-page.ts'
import { consentPage } from '../pages/consent-page.ts'
import { pageLocale } from '../pages/page-locale.ts'
import type { EmulatorRequest, Route } from '../router.ts'

const path = '/open-apis/authen/v1/authorize'

/** The page on which a person grants or refuses; its form posts the decision to the same address. */
export function authorizeRoutes(context: EmulatorContext): Route[] {
  return [
    { method: 'GET', path, coverage: 'partial', handler: (request) => show(context, request) },
    { method: 'POST', path, coverage: 'partial', handler: (request) => decide(context, request) },
  ]
}

function show(context: EmulatorContext, request: EmulatorRequest): Answer {
  const asked = parseAuthorizeRequest(request.query, context.world.app)
  if ('pageError' in asked) return errorPage(context, request, asked)
  const { app, people } = context.world
  const page = consentPage({
    appName: app.name,
    people: people.filter((person) => person.status !== 'resigned'),
    selectedOpenId: cookie(request.headers, 'sim_person'),
    scopes: asked.scopes,
    locale: localeOf(request),
  })
  return html(page, 200, { 'cache-control': 'no-store' })
}

function decide(context: EmulatorContext, request: EmulatorRequest): Answer {
  const asked = parseAuthorizeRequest(request.query, context.world.app)
  if ('pageError' in asked) return errorPage(context, request, asked)
  const openId = String(request.body.open_id ?? '')
  const decided = decisionOf(context, request, asked, openId)
  if ('pageError' in decided) return errorPage(context, request, decided)
  const cookie = `sim_person=${encodeURIComponent(openId)}; Path=/; SameSite=Lax`
  return redirect(decided.redirect, { 'set-cookie': cookie, 'cache-control': 'no-store' })
}

function decisionOf(
  context: EmulatorContext,
  { body }: EmulatorRequest,
  asked: AuthorizeRequest,
  openId: string,
) {
  if (body.decision === 'authorize') return grantRequest(context, asked, openId)
  if (body.decision === 'deny') return denyRequest(asked)
  return { pageError: 20063, scopes: [] }
}

function errorPage(
  { options }: EmulatorContext,
  request: EmulatorRequest,
  { pageError, scopes }: PageError,
): Answer {
  const { logId } = request
  options.log({ level: 'warn', message: 'authorize page refused', code: pageError, logId })
  const page = authorizeErrorPage({ code: pageError, logId, scopes, locale: localeOf(request) })
  return html(page, options.pageErrorStatus ?? (pageError === 20043 ? 422 : 400))
}

function localeOf({ query, headers }: EmulatorRequest) {
  return pageLocale({
    locale: query.get('locale') ?? cookie(headers, 'sim_locale'),
    acceptLanguage: headers['accept-language'],
  })
}

/** What the chat page or an earlier consent remembered. */
function cookie(
  headers: EmulatorRequest['headers'],
  name: 'sim_person' | 'sim_locale',
): string | undefined {
  const pairs = (headers.cookie ?? '').split(/; */)
  const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)
  return value === undefined ? undefined : decodeURIComponent(value)
}
