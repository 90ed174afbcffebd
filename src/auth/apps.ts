import { UnknownAppError } from '../errors.ts'
import type { AppSettings } from './ports.ts'

/** The configured apps. */
export interface Apps {
  all: readonly AppSettings[]
  /**
   * The app with this id, or the only one when no id is given.
   * @throws {UnknownAppError} when there is no such app, or several and no id.
   */
  resolve(appId?: string | null): AppSettings
}

/** Creates the list of configured apps. */
export function createApps(all: readonly AppSettings[]): Apps {
  const byId = new Map(all.map((app) => [app.appId, app]))
  return {
    all,
    resolve(appId) {
      const app = appId ? byId.get(appId) : all.length === 1 ? all[0] : undefined
      if (!app) throw new UnknownAppError(appId ?? null)
      return app
    },
  }
}

/** A link under the public address of an app's callback: same origin, same path prefix. */
export function publicLink(app: AppSettings, path: string): string {
  const prefix = new URL(app.redirectUri)
  prefix.search = ''
  prefix.hash = ''
  prefix.pathname = prefix.pathname.replace(/\/[^/]*$/, `/${path}`)
  return prefix.href
}
