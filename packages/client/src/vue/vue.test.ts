// @vitest-environment node
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { App, Component } from 'vue'
import type { Router, RouterHistory } from 'vue-router'
import { createGate } from '../fake-bff.fixture.ts'
import type { AuthClient } from '../index.ts'
import { openPage } from '../page.fixture.ts'
import { setStage } from '../stage.fixture.ts'
import type { Auth } from './index.ts'

const stage = setStage()
const apps: App[] = []

let vue: typeof import('vue')
let router: typeof import('vue-router')
let binding: typeof import('./index.ts')
let server: typeof import('vue/server-renderer')

beforeAll(async () => {
  // Vue looks for a document once, when it is loaded.
  const page = openPage()
  for (const name of ['Element', 'SVGElement', 'MathMLElement', 'Node', 'Comment'] as const) {
    vi.stubGlobal(name, page.window[name as 'Element'])
  }
  vue = await import('vue')
  router = await import('vue-router')
  binding = await import('./index.ts')
  server = await import('vue/server-renderer')
  vi.unstubAllGlobals()
})

beforeEach(() => {
  for (const name of ['Element', 'SVGElement', 'Node', 'sessionStorage'] as const) {
    vi.stubGlobal(name, stage.page.window[name])
  }
})

afterEach(() => {
  for (const app of apps.splice(0)) app.unmount()
  vi.restoreAllMocks()
})

const hostOf = (markup = ''): Element => {
  const { document } = stage.page.window
  document.body.innerHTML = `<div>${markup}</div>`
  return document.body.firstElementChild as never
}

const html = (): string => stage.page.window.document.body.firstElementChild?.innerHTML ?? ''

const mount = (app: App): void => {
  apps.push(app)
  app.mount(hostOf())
}

/** A component that tells what it sees, and every time it is rendered. */
const createProbe = (rendered: string[] = []): Component => ({
  setup: () => {
    const { state, user } = binding.useAuth()
    return () => {
      rendered.push(state.value.status)
      return vue.h('p', `${state.value.status} ${user.value?.name ?? 'nobody'}`)
    }
  },
})

test('useAuth goes from loading to the user, and lets the user go', async () => {
  const held = createGate()
  stage.bff.onSession = async () => {
    await held.opened
    return undefined
  }
  const client = stage.create()
  mount(vue.createApp(createProbe()).use(binding.createAuth(client)))
  expect(html()).toBe('<p>loading nobody</p>')
  held.open()
  await stage.page.idle()
  expect(html()).toBe('<p>authenticated Alice</p>')
  await client.logout()
  await vue.nextTick()
  expect(html()).toBe('<p>unauthenticated nobody</p>')
})

test('a client that knows already is shown at once, and renewals render nothing', async () => {
  const client = await stage.createReady()
  const rendered: string[] = []
  mount(vue.createApp(createProbe(rendered)).use(binding.createAuth(client)))
  expect(rendered).toEqual(['authenticated'])
  await stage.page.pass(290_000)
  await client.getAccessToken({ scope: 'read' })
  await vue.nextTick()
  expect(stage.bff.tokens.length).toBeGreaterThan(1)
  expect(rendered).toEqual(['authenticated'])
})

test('useAuth hands out the methods of the client', async () => {
  const client = await stage.createReady()
  let auth: Auth | undefined
  const probe: Component = {
    setup: () => {
      auth = binding.useAuth()
      return () => null
    },
  }
  mount(vue.createApp(probe).use(binding.createAuth(client)))
  expect(auth?.fetch).toBe(client.fetch)
  expect(auth?.login).toBe(client.login)
})

test('useAuth without the plugin says so', () => {
  const app = vue.createApp(createProbe())
  app.config.warnHandler = () => {}
  expect(() => app.mount(hostOf())).toThrow('No createAuth plugin')
})

test.each(['3.4', '3.5'])(
  'Vue %s: the app is subscribed until it is unmounted',
  async (version) => {
    const client = await stage.createReady()
    let open = 0
    const counted: AuthClient = {
      ...client,
      subscribe: (listener) => {
        const stop = client.subscribe(listener)
        open++
        return () => {
          stop()
          open--
        }
      },
    }
    const app = vue.createApp(createProbe())
    // As in Vue 3.4, which has no such method.
    if (version === '3.4') Object.assign(app, { onUnmount: undefined })
    app.use(binding.createAuth(counted)).mount(hostOf())
    expect(open).toBe(1)
    app.unmount()
    expect(open).toBe(0)
  },
)

test('C23 two requests rendered at once on a server share nothing and ask nothing', async () => {
  for (const name of ['window', 'document', 'location', 'addEventListener']) {
    vi.stubGlobal(name, undefined)
  }
  const clients = [stage.create(), stage.create()]
  const pages = clients.map((client) =>
    server.renderToString(vue.createSSRApp(createProbe()).use(binding.createAuth(client))),
  )
  expect(await Promise.all(pages)).toEqual(Array(2).fill('<p>loading nobody</p>'))
  expect(clients[0]?.getState()).not.toBe(clients[1]?.getState())
  expect(stage.bff.seen.session).toEqual([])
})

test('hydration finds what the server wrote, although the user is known already', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  const client = await stage.createReady()
  const app = vue.createSSRApp(createProbe()).use(binding.createAuth(client, { hydrate: true }))
  apps.push(app)
  const host = hostOf('<p>loading nobody</p>')
  const [paragraph] = [...host.children]
  app.mount(host)
  await vue.nextTick()
  expect(html()).toBe('<p>authenticated Alice</p>')
  expect(host.children[0]).toBe(paragraph)
  expect([warn.mock.calls, error.mock.calls]).toEqual([[], []])
})

const createRouter = (client: AuthClient, history: RouterHistory): Router => {
  const view: Component = { render: () => null }
  const made = router.createRouter({
    history,
    routes: [
      { path: '/', component: view },
      { path: '/orders', component: view, meta: { requiresAuth: true } },
    ],
  })
  const now = () => stage.page.clock.wall
  made.beforeEach(binding.createRouterGuard(client, { now }))
  return made
}

test('the router guard lets a user in and leaves open routes alone', async () => {
  const client = await stage.createReady()
  const made = createRouter(client, router.createMemoryHistory())
  await made.push('/orders')
  expect(made.currentRoute.value.path).toBe('/orders')
  stage.bff.isLoggedIn = false
  await client.refreshSession()
  await made.push('/')
  expect(made.currentRoute.value.path).toBe('/')
  expect(stage.page.navigations).toEqual([])
})

test.each([
  ['history', '/orders?page=2#last', () => router.createWebHistory()],
  ['a base', '/app/orders?page=2#last', () => router.createWebHistory('/app/')],
  ['the fragment', '/app/#/orders?page=2#last', () => router.createWebHashHistory('/app/')],
])(
  'C15 a visitor comes back to the route that was asked for, by %s',
  async (_name, place, history) => {
    stage.open('/app/')
    stage.bff.isLoggedIn = false
    const client = await stage.createReady()
    const made = createRouter(client, history())
    const entering = made.push('/orders?page=2#last')
    await stage.page.idle()
    expect(
      stage.page.navigations.map((address) => new URL(address).searchParams.get('returnTo')),
    ).toEqual([place])
    expect(made.currentRoute.value.path).toBe('/')
    stage.bff.isLoggedIn = true
    await client.refreshSession()
    await entering
    expect(made.currentRoute.value.path).toBe('/orders')
  },
)

test('a failed login reaches the router as an error', async () => {
  stage.open('/?login_error=login_cancelled')
  stage.bff.isLoggedIn = false
  const made = createRouter(await stage.createReady(), router.createMemoryHistory())
  const errors: unknown[] = []
  made.onError((error) => errors.push(error))
  await expect(made.push('/orders')).rejects.toMatchObject({ code: 'login_cancelled' })
  expect(errors).toMatchObject([{ code: 'login_cancelled' }])
  expect(stage.page.navigations).toEqual([])
})
