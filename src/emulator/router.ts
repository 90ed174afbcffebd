import type { IncomingHttpHeaders } from 'node:http'
import type { Answer } from './answer.ts'

/** A request as the routes see it. */
export type EmulatorRequest = {
  method: string
  path: string
  query: URLSearchParams
  params: Record<string, string>
  headers: IncomingHttpHeaders
  /** The JSON object or form of the body; `{}` when there is none. */
  body: Record<string, unknown>
  /** Whether a body was there that is no JSON object and no form. */
  malformed: boolean
  logId: string
}

/** How completely a route follows Feishu; docs/emulator.md says what differs. */
export type Coverage = 'supported' | 'partial'

/** One route of the emulator. */
export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `:name` matches one segment, a final `*name` matches the rest. */
  path: string
  coverage: Coverage
  handler: (request: EmulatorRequest) => Answer | Promise<Answer>
}

/** Finds the route of a request. */
export interface Router {
  readonly routes: readonly Route[]
  match(method: string, path: string): { route: Route; params: Record<string, string> } | null
}

/** Creates the router of a table of routes; the first match wins. */
export function createRouter(routes: readonly Route[]): Router {
  return {
    routes,
    match(method, path) {
      for (const route of routes) {
        if (route.method !== method) continue
        const params = matchPath(route.path, path)
        if (params !== null) return { route, params }
      }
      return null
    },
  }
}

/** Matches a path against a pattern with `:params` and a final `*rest`; a trailing slash is accepted. */
export function matchPath(pattern: string, path: string): Record<string, string> | null {
  const wanted = segments(pattern)
  const given = segments(path)
  const params: Record<string, string> = {}
  for (const [index, segment] of wanted.entries()) {
    if (segment.startsWith('*')) {
      params[segment.slice(1) || 'rest'] = given.slice(index).join('/')
      return params
    }
    const value = given[index]
    if (value === undefined) return null
    if (segment.startsWith(':')) params[segment.slice(1)] = value
    else if (segment !== value) return null
  }
  return given.length === wanted.length ? params : null
}

function segments(path: string): string[] {
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeSegment)
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
