// @vitest-environment node
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import type { Component, hydrate, mount, unmount } from 'svelte'
import { compile } from 'svelte/compiler'
import type { render } from 'svelte/server'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createGate } from '../fake-bff.fixture.ts'
import type { AuthClient } from '../index.ts'
import { setStage } from '../stage.fixture.ts'
import { type Auth, createAuth, createLoadGuard } from './index.ts'

const stage = setStage()

interface ProbeProperties extends Record<string, unknown> {
  readonly auth: Auth
  readonly rendered?: string[]
}

interface InBrowser {
  readonly Probe: Component<ProbeProperties>
  readonly mount: typeof mount
  readonly hydrate: typeof hydrate
  readonly unmount: typeof unmount
}

interface OnServer {
  readonly Probe: Component<ProbeProperties>
  readonly render: typeof render
}

const probe = `<script>
import { fromStore } from 'svelte/store'

const { auth, rendered } = $props()
// svelte-ignore state_referenced_locally
const { user } = auth
const state = fromStore(auth.state)
$effect(() => {
  rendered?.push(state.current.status)
})
</script>

<p>{state.current.status} {#if $user}{$user.name}{:else}nobody{/if}</p>`

/** Compiles the component with the runtime it runs on, as an app's bundler does. */
const compileProbe = async (generate: 'client' | 'server'): Promise<unknown> => {
  const folder = await mkdtemp(join(tmpdir(), 'svelte-'))
  const outfile = join(folder, `${generate}.mjs`)
  const names =
    generate === 'client'
      ? "{ mount, hydrate, unmount } from 'svelte'"
      : "{ render } from 'svelte/server'"
  const { js } = compile(probe, { generate, filename: 'probe.svelte' })
  await build({
    stdin: {
      contents: `${js.code.replace('export default', 'export { Probe };')}\nexport ${names}`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    outfile,
    format: 'esm',
    platform: generate === 'client' ? 'browser' : 'node',
    conditions: generate === 'client' ? ['browser', 'development'] : ['development'],
    logLevel: 'error',
    external: ['node:*'],
  })
  try {
    return await import(pathToFileURL(outfile).href)
  } finally {
    await rm(folder, { recursive: true })
  }
}

let browser: InBrowser
let server: OnServer
const cleanups: (() => unknown)[] = []

beforeAll(async () => {
  browser = (await compileProbe('client')) as InBrowser
  server = (await compileProbe('server')) as OnServer
})

beforeEach(() => {
  const { window } = stage.page
  for (const name of [
    'Element',
    'Text',
    'Node',
    'Comment',
    'HTMLElement',
    'sessionStorage',
  ] as const) {
    vi.stubGlobal(name, window[name as 'Element'])
  }
  vi.stubGlobal('navigator', { onLine: true, userAgent: '' })
})

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
  vi.restoreAllMocks()
})

const hostOf = (markup = ''): Element => {
  const { document } = stage.page.window
  document.body.innerHTML = `<div>${markup}</div>`
  return document.body.firstElementChild as never
}

const text = (): string => stage.page.window.document.body.textContent ?? ''

const show = (client: AuthClient, rendered: string[] = []): void => {
  const shown = browser.mount(browser.Probe, {
    target: hostOf(),
    props: { auth: createAuth(client), rendered },
  })
  cleanups.push(() => browser.unmount(shown))
}

test('stores and runes go from loading to the user, and let the user go', async () => {
  const held = createGate()
  stage.bff.onSession = async () => {
    await held.opened
    return undefined
  }
  const client = stage.create()
  show(client)
  expect(text()).toBe('loading nobody')
  held.open()
  await stage.page.idle()
  expect(text()).toBe('authenticated Alice')
  await client.logout()
  await stage.page.idle()
  expect(text()).toBe('unauthenticated nobody')
})

test('renewals of tokens render nothing', async () => {
  const client = await stage.createReady()
  const rendered: string[] = []
  show(client, rendered)
  await stage.page.pass(290_000)
  await client.getAccessToken({ scope: 'read' })
  await stage.page.idle()
  expect(stage.bff.tokens.length).toBeGreaterThan(1)
  expect(rendered).toEqual(['authenticated'])
})

test('a store tells at once, then every change, until it is let go', async () => {
  const client = await stage.createReady()
  const { state, user, fetch } = createAuth(client)
  const told: unknown[] = []
  const stops = [
    state.subscribe(({ status }) => told.push(status)),
    user.subscribe((value) => told.push(value?.name)),
  ]
  expect(told).toEqual(['authenticated', 'Alice'])
  stage.bff.isLoggedIn = false
  await client.refreshSession()
  expect(told.slice(2)).toEqual(['unauthenticated', undefined])
  for (const stop of stops) stop()
  stage.bff.isLoggedIn = true
  await client.refreshSession()
  expect(told).toHaveLength(4)
  expect(fetch).toBe(client.fetch)
})

test('C23 two requests rendered at once on a server share nothing and ask nothing', () => {
  for (const name of ['window', 'document', 'location', 'addEventListener']) {
    vi.stubGlobal(name, undefined)
  }
  const clients = [stage.create(), stage.create()]
  for (const client of clients) {
    const { body } = server.render(server.Probe, { props: { auth: createAuth(client) } })
    expect(body.replace(/<!--.*?-->/g, '')).toBe('<p>loading nobody</p>')
  }
  expect(clients[0]?.getState()).not.toBe(clients[1]?.getState())
  expect(stage.bff.seen.session).toEqual([])
})

test('hydration goes on from what the server wrote, although the user is known already', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const ofServer = stage.create({ fetch: () => new Promise(() => {}) })
  const { body } = server.render(server.Probe, { props: { auth: createAuth(ofServer) } })
  const client = await stage.createReady()
  const host = hostOf(body)
  const paragraph = host.querySelector('p')
  const shown = browser.hydrate(browser.Probe, {
    target: host,
    props: { auth: createAuth(client) },
  })
  cleanups.push(() => browser.unmount(shown))
  await stage.page.idle()
  expect(text()).toBe('authenticated Alice')
  expect(host.querySelector('p')).toBe(paragraph)
  expect(warn.mock.calls).toEqual([])
})

test('C15 the load guard answers the user, or comes back to the route that was asked for', async () => {
  const now = () => stage.page.clock.wall
  const url = new URL('http://localhost:4000/app/orders?page=2')
  const load = createLoadGuard(await stage.createReady(), { now })
  expect(await load({ url })).toEqual({ user: { sub: 'alice', name: 'Alice' } })
  stage.bff.isLoggedIn = false
  const client = await stage.createReady()
  const loading = createLoadGuard(client, { now })({ url })
  await stage.page.idle()
  expect(stage.page.navigations).toEqual([
    'http://localhost:4000/bff/login?returnTo=%2Fapp%2Forders%3Fpage%3D2',
  ])
  stage.bff.isLoggedIn = true
  await client.refreshSession()
  expect(await loading).toMatchObject({ user: { sub: 'alice' } })
})
