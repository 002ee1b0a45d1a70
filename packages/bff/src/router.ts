import { routes } from '@coatcheck/wire'
import type { Context, Middleware } from 'koa'
import type { BffContext } from './bff-context.ts'
import { RequestProblem } from './errors.ts'
import { backchannelLogout } from './flows/backchannel-logout.ts'
import { callback } from './flows/callback.ts'
import { endDevice } from './flows/end-device.ts'
import { events } from './flows/events.ts'
import { login } from './flows/login.ts'
import { logout } from './flows/logout.ts'
import { logoutCallback } from './flows/logout-callback.ts'
import { popup } from './flows/popup.ts'
import { session } from './flows/session.ts'
import { sessions } from './flows/sessions.ts'
import { token } from './flows/token.ts'
import { requireNavigation } from './requests/require-navigation.ts'
import { requireSameOriginFetch } from './requests/require-same-origin-fetch.ts'
import type { KoaSession } from './sessions/create-koa-session.ts'

type Flow = (
  bff: BffContext & { readonly koaSession: KoaSession },
  ctx: Context,
  /** Last segment of the path, where the route has a place for it. */
  segment: string,
) => Promise<void>

interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /**
   * Who may call it: a top-level navigation, the app's own script, or the provider's server. The
   * last reads no cookie, so that a browser gains nothing by it.
   */
  readonly requestClass: 'navigation' | 'fetch' | 'machine'
  readonly flow: Flow
}

const table: ReadonlyMap<string, Route> = new Map<string, Route>([
  [routes.login, { method: 'GET', requestClass: 'navigation', flow: login }],
  [routes.callback, { method: 'GET', requestClass: 'navigation', flow: callback }],
  [routes.session, { method: 'GET', requestClass: 'fetch', flow: session }],
  [routes.token, { method: 'POST', requestClass: 'fetch', flow: token }],
  [routes.logout, { method: 'POST', requestClass: 'fetch', flow: logout }],
  [routes.logoutCallback, { method: 'GET', requestClass: 'navigation', flow: logoutCallback }],
  [routes.backchannelLogout, { method: 'POST', requestClass: 'machine', flow: backchannelLogout }],
  [routes.sessions, { method: 'GET', requestClass: 'fetch', flow: sessions }],
  [`${routes.sessions}/`, { method: 'DELETE', requestClass: 'fetch', flow: endDevice }],
  [routes.events, { method: 'GET', requestClass: 'fetch', flow: events }],
  [routes.popup, { method: 'GET', requestClass: 'navigation', flow: popup }],
])

/** The one place of a path that varies: a sid of ours, letter by letter. */
const varying = new RegExp(`^(${routes.sessions}/)([\\w-]{22})$`)

/** Route of a path as it was sent, with the segment that varies. */
const findRoute = (path: string) => {
  if (path.endsWith('/')) return undefined
  const route = table.get(path)
  if (route !== undefined) return { route, segment: '' }
  const [, prefix = '', segment = ''] = varying.exec(path) ?? []
  const varied = table.get(prefix)
  return varied && { route: varied, segment }
}

const requireClass = (ctx: Context, { requestClass }: Route, origin: string): void => {
  switch (requestClass) {
    case 'navigation':
      requireNavigation(ctx)
      break
    case 'fetch':
      requireSameOriginFetch(ctx, origin)
      break
    case 'machine':
  }
}

/** One table from path to flow; the path is compared as it was sent. */
export const createRouter =
  (bff: BffContext & { readonly koaSession: KoaSession }): Middleware =>
  (ctx) => {
    const { basePath, origin } = bff.options
    const found = ctx.path.startsWith(basePath)
      ? findRoute(ctx.path.slice(basePath.length))
      : undefined
    if (found === undefined) throw new RequestProblem('not_found')
    const { route, segment } = found
    if (ctx.method !== route.method) {
      ctx.set('Allow', route.method)
      throw new RequestProblem('method_not_allowed')
    }
    requireClass(ctx, route, origin)
    return route.flow(bff, ctx, segment)
  }
