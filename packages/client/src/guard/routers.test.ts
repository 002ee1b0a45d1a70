// @vitest-environment node
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { AuthClient } from '../index.ts'
import { openPage } from '../page.fixture.ts'
import { setStage } from '../stage.fixture.ts'
import { createGuard, createRouteGuard } from './index.ts'

const stage = setStage()

let reactRouter: typeof import('react-router')
let tanstack: typeof import('@tanstack/react-router')
const cleanups: (() => void)[] = []

beforeAll(async () => {
  openPage()
  reactRouter = await import('react-router')
  tanstack = await import('@tanstack/react-router')
  vi.unstubAllGlobals()
})

beforeEach(() => {
  vi.stubGlobal('sessionStorage', stage.page.window.sessionStorage)
  vi.stubGlobal('self', stage.page.window)
  vi.stubGlobal('scrollTo', () => {})
  vi.spyOn(console, 'error').mockImplementation(() => {})
})

afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
  vi.restoreAllMocks()
})

interface Driven {
  readonly go: (to: string) => Promise<unknown>
  readonly path: () => string
  /** What the guarded route got. */
  readonly data: () => unknown
  readonly error: () => unknown
}

interface Place {
  readonly basename?: string
}

const guardOf = (client: AuthClient) =>
  createRouteGuard(createGuard(client, { now: () => stage.page.clock.wall }))

const driveReactRouter = (client: AuthClient, { basename = '/' }: Place = {}): Driven => {
  const router = reactRouter.createBrowserRouter(
    [
      { path: '/', id: 'home', element: null },
      { path: '/orders', id: 'orders', loader: guardOf(client), element: null },
    ],
    { basename, window: stage.page.window as never },
  )
  cleanups.push(() => router.dispose())
  return {
    go: (to) => router.navigate(to),
    path: () => router.state.location.pathname,
    data: () => router.state.loaderData.orders,
    error: () => router.state.errors?.orders,
  }
}

const driveTanStack = (client: AuthClient, { basename = '/' }: Place = {}): Driven => {
  const root = tanstack.createRootRoute()
  const home = tanstack.createRoute({ getParentRoute: () => root, path: '/' })
  const orders = tanstack.createRoute({
    getParentRoute: () => root,
    path: '/orders',
    beforeLoad: guardOf(client),
  })
  const history = tanstack.createBrowserHistory({ window: stage.page.window as never })
  cleanups.push(() => history.destroy())
  const router = tanstack.createRouter({
    routeTree: root.addChildren([home, orders]),
    basepath: basename,
    history,
  })
  const match = () => router.state.matches.find(({ routeId }) => routeId === '/orders')
  return {
    go: (to) =>
      router.navigate({ href: (basename === '/' ? '' : basename) + to }).then(() => router.load()),
    path: () => router.state.resolvedLocation?.pathname ?? '',
    data: () => {
      const { user } = (match()?.context ?? {}) as { readonly user?: object }
      return user && { user }
    },
    error: () => match()?.error,
  }
}

const routers = [
  ['React Router', driveReactRouter],
  ['TanStack Router', driveTanStack],
] as const

test.each(routers)('%s lets a user in and hands the user to the route', async (_name, drive) => {
  const driven = drive(await stage.createReady())
  await driven.go('/orders')
  expect(driven.path()).toMatch(/orders$/)
  expect(driven.data()).toEqual({ user: { sub: 'alice', name: 'Alice' } })
  expect(stage.page.navigations).toEqual([])
})

test.each(
  routers.flatMap(([name, drive]) => [[name, '/', drive] as const, [name, '/app', drive] as const]),
)(
  'C15 %s below %s sends a visitor to the login, back to the route that was asked for',
  async (_name, basename, drive) => {
    stage.open(basename)
    stage.bff.isLoggedIn = false
    const client = await stage.createReady()
    const driven = drive(client, { basename })
    const entering = driven.go('/orders?page=2')
    await stage.page.idle()
    const [returnTo] = stage.page.navigations.map((url) =>
      new URL(url).searchParams.get('returnTo'),
    )
    expect(returnTo).toBe(`${basename === '/' ? '' : basename}/orders?page=2`)
    expect(stage.page.navigations).toHaveLength(1)
    expect(driven.data()).toBeUndefined()
    stage.bff.isLoggedIn = true
    await client.refreshSession()
    await entering
    expect(driven.data()).toEqual({ user: { sub: 'alice', name: 'Alice' } })
  },
)

test.each(routers)('%s shows a failed login at the route', async (_name, drive) => {
  stage.open('/?login_error=login_cancelled')
  stage.bff.isLoggedIn = false
  const driven = drive(await stage.createReady())
  await driven.go('/orders')
  expect(driven.error()).toMatchObject({ code: 'login_cancelled', retry: 'login' })
  expect(stage.page.navigations).toEqual([])
})

test.each(routers)('%s gives up the wait when the user goes elsewhere', async (_name, drive) => {
  stage.bff.isLoggedIn = false
  const driven = drive(await stage.createReady())
  const entering = driven.go('/orders')
  await stage.page.idle()
  await driven.go('/')
  await entering
  expect(driven.path()).toBe('/')
  expect(driven.error()).toBeUndefined()
})
