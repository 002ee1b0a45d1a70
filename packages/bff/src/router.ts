import { routes } from '@coatcheck/wire'
import type { Context, Middleware } from 'koa'
import type { BffContext } from './bff-context.ts'
import { RequestProblem } from './errors.ts'
import { callback } from './flows/callback.ts'
import { login } from './flows/login.ts'
import { logout } from './flows/logout.ts'
import { logoutCallback } from './flows/logout-callback.ts'
import { session } from './flows/session.ts'
import { token } from './flows/token.ts'
import { requireNavigation } from './requests/require-navigation.ts'
import { requireSameOriginFetch } from './requests/require-same-origin-fetch.ts'
import type { KoaSession } from './sessions/create-koa-session.ts'

type Flow = (bff: BffContext & { readonly koaSession: KoaSession }, ctx: Context) => Promise<void>

interface Route {
  readonly method: 'GET' | 'POST'
  /** Who may call it: a top-level navigation, or the app's own script. */
  readonly requestClass: 'navigation' | 'fetch'
  readonly flow: Flow
}

const table: ReadonlyMap<string, Route> = new Map<string, Route>([
  [routes.login, { method: 'GET', requestClass: 'navigation', flow: login }],
  [routes.callback, { method: 'GET', requestClass: 'navigation', flow: callback }],
  [routes.session, { method: 'GET', requestClass: 'fetch', flow: session }],
  [routes.token, { method: 'POST', requestClass: 'fetch', flow: token }],
  [routes.logout, { method: 'POST', requestClass: 'fetch', flow: logout }],
  [routes.logoutCallback, { method: 'GET', requestClass: 'navigation', flow: logoutCallback }],
])

const requireClass = (ctx: Context, { requestClass }: Route, origin: string): void => {
  switch (requestClass) {
    case 'navigation':
      requireNavigation(ctx)
      break
    case 'fetch':
      requireSameOriginFetch(ctx, origin)
  }
}

/** One table from path to flow; the path is compared as it was sent. */
export const createRouter =
  (bff: BffContext & { readonly koaSession: KoaSession }): Middleware =>
  async (ctx) => {
    const { basePath, origin } = bff.options
    const route = ctx.path.startsWith(basePath)
      ? table.get(ctx.path.slice(basePath.length))
      : undefined
    if (route === undefined) throw new RequestProblem('not_found')
    if (ctx.method !== route.method) {
      ctx.set('Allow', route.method)
      throw new RequestProblem('method_not_allowed')
    }
    requireClass(ctx, route, origin)
    await route.flow(bff, ctx)
  }
