import { csrfHeader, csrfHeaderValue, routes } from '@coatcheck/wire'
import { HttpResponse, http, type RequestHandler } from 'msw'
import { events } from './flows/events.ts'
import { logout } from './flows/logout.ts'
import { session } from './flows/session.ts'
import { endDevice, sessions } from './flows/sessions.ts'
import { token } from './flows/token.ts'
import { problem } from './problem.ts'
import { look, routeOf, type SeenRequest } from './seen.ts'
import type { World } from './world.ts'

interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly flow: (world: World, request: SeenRequest) => Response | Promise<Response>
}

/** What only a window may go to: scripts are refused, and windows do not come by here. */
const navigation: Route = { method: 'GET', flow: () => problem('origin_not_allowed') }

const table: ReadonlyMap<string, Route> = new Map<string, Route>([
  [routes.login, navigation],
  [routes.callback, navigation],
  [routes.logoutCallback, navigation],
  [routes.popup, navigation],
  [routes.session, { method: 'GET', flow: session }],
  [routes.token, { method: 'POST', flow: token }],
  [routes.logout, { method: 'POST', flow: logout }],
  [routes.sessions, { method: 'GET', flow: sessions }],
  [`${routes.sessions}/`, { method: 'DELETE', flow: endDevice }],
  [routes.events, { method: 'GET', flow: events }],
])

const findRoute = (path: string): Route | undefined => {
  const isOne = /^\/sessions\/[\w-]{22}$/.test(path)
  if (isOne) return table.get(`${routes.sessions}/`)
  return path.endsWith('/') ? undefined : table.get(path)
}

const answer = (world: World, request: SeenRequest): Response | Promise<Response> => {
  const route = findRoute(request.url.pathname.slice(world.settings.bffPath.length))
  if (!route) return problem('not_found')
  if (request.method !== route.method) {
    return problem('method_not_allowed', {}, { allow: route.method })
  }
  if (route !== navigation && request.headers.get(csrfHeader) !== csrfHeaderValue) {
    return problem('csrf_rejected')
  }
  return route.flow(world, request)
}

/** Answers everything below the path of the BFF, on whatever origin the test environment has. */
export const createBffHandler = (world: World): RequestHandler => {
  const { bffPath } = world.settings
  return http.all(`*${bffPath}/*`, async ({ request }) => {
    const { pathname } = new URL(request.url)
    // The pattern also fits a longer path that ends like ours.
    if (!pathname.startsWith(`${bffPath}/`)) return undefined
    const seen = await look(request, routeOf(pathname.slice(bffPath.length)))
    world.seen.push(seen)
    world.arrivals += 1
    if (world.isOffline) return HttpResponse.error()
    return answer(world, seen)
  })
}
