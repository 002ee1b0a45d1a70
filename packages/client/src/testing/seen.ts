import { routes } from '@coatcheck/wire'

/** Where a request went: a route of the BFF by name, a guarded API, or nowhere the BFF has. */
export type SeenRoute = keyof typeof routes | 'api' | 'unknown'

/** A request that reached the fake. */
export interface SeenRequest {
  readonly route: SeenRoute
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly body: string
}

/** Name of a path below the base path; one session is a part of the list of them. */
export const routeOf = (path: string): SeenRoute => {
  const known = Object.entries(routes).find(
    ([, route]) => path === route || (route === routes.sessions && path.startsWith(`${route}/`)),
  )
  return (known?.[0] as SeenRoute | undefined) ?? 'unknown'
}

export const look = async (request: Request, route: SeenRoute): Promise<SeenRequest> => ({
  route,
  method: request.method,
  url: new URL(request.url),
  headers: request.headers,
  body: await request.clone().text(),
})
