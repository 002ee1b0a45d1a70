import type { UserClaims } from '@coatcheck/wire'
import type { EnterOptions, Guard } from './create-guard.ts'
import { pathOf } from './path-of.ts'

/**
 * What routers hand to a loader. React Router: `request`. TanStack Router: `location` and an
 * `abortController`.
 */
export interface RouteArguments {
  readonly request?: { readonly url: string; readonly signal?: AbortSignal }
  readonly location?: { readonly href: string; readonly publicHref?: string }
  readonly abortController?: AbortController
}

/**
 * A loader (React Router) or `beforeLoad` (TanStack Router) that resolves to the user, for routes
 * that need one. The login comes back to the route that was asked for, not to the one shown.
 *
 * @example
 * ```ts
 * const needsUser = createRouteGuard(createGuard(client))
 * createBrowserRouter([{ path: '/orders', loader: needsUser, Component: Orders }])
 * createRoute({ path: '/orders', beforeLoad: needsUser })
 * ```
 *
 * @throws AuthError what `Guard.enter` throws, for the router's error boundary
 */
export const createRouteGuard =
  <Claims extends object = UserClaims>(guard: Guard<Claims>) =>
  async (route: RouteArguments): Promise<{ readonly user: Claims }> => {
    // TanStack Router's `href` lacks the base path.
    const address = route.request?.url ?? route.location?.publicHref ?? route.location?.href
    const signal = route.request?.signal ?? route.abortController?.signal
    const options: EnterOptions = {
      ...(address !== undefined && { returnTo: pathOf(address) }),
      ...(signal && { signal }),
    }
    return { user: await guard.enter(options) }
  }
