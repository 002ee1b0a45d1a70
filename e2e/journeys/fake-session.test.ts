import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'

/** An app's test in a browser, with a runner of two hooks and nothing else. */
const script = `
import { HttpResponse, http } from 'msw'
import { setupWorker } from 'msw/browser'
import { createAuthClient } from '@coatcheck/client'
import { loginByPopup } from '@coatcheck/client/popup'
import { createStepUpFetch } from '@coatcheck/client/step-up'
import { setUpFakeSession } from '@coatcheck/client/testing'

const after = []
const resources = { orders: { origin: 'https://orders.example' } }
const hooks = { afterEach: (hook) => after.push(hook), afterAll: () => {} }
const handlers = [http.get('https://orders.example/orders', () => HttpResponse.json(['one']))]
const early = createAuthClient({ resources, bffPath: '/elsewhere' })
const { session } = await setUpFakeSession(setupWorker, hooks, { resources, handlers })
const client = createAuthClient({ resources, ...session.clock })
const read = async () => (await client.fetch('https://orders.example/orders')).json()
window.app = {
  session, client, read,
  early: () => session.ready(early).catch(({ code }) => code),
  popup: async () => {
    window.open = session.open
    const login = loginByPopup(client)
    session.login({ user: { sub: 'by-popup' } })
    return (await login).user.sub
  },
  stepUp: async () => {
    session.set('stepUp')
    const onStepUp = async () => { session.login(); await client.refreshSession() }
    return (await createStepUpFetch(client, { onStepUp })('https://orders.example/orders')).json()
  },
  reset: async () => { for (const hook of after) hook(); await client.refreshSession() },
}
`

interface App {
  readonly session: {
    readonly ready: (client: object) => Promise<{ readonly status: string }>
    readonly expireToken: () => void
    readonly expectRenewals: (count: number) => void
    readonly goOffline: () => void
    readonly goOnline: () => void
    readonly revoke: () => void
    readonly advance: (milliseconds: number) => void
  }
  readonly client: { readonly refreshSession: () => Promise<object> }
  readonly read: () => Promise<unknown>
  readonly early: () => Promise<string>
  readonly popup: () => Promise<string>
  readonly stepUp: () => Promise<unknown>
  readonly reset: () => Promise<void>
}

let server: Server
let browser: Browser
let page: Page

const serve = async (files: Readonly<Record<string, string>>): Promise<string> => {
  server = createServer(({ url = '/' }, response) => {
    const isKnown = Object.hasOwn(files, url)
    const type = url.endsWith('.js') ? 'text/javascript' : 'text/html'
    response.writeHead(isKnown ? 200 : 404, { 'content-type': type }).end(files[url])
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

beforeAll(async () => {
  const resolveDir = fileURLToPath(new URL('..', import.meta.url))
  const stdin = { contents: script, resolveDir }
  const result = await build({
    stdin,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
  })
  const worker = createRequire(import.meta.url).resolve('msw/mockServiceWorker.js')
  const address = await serve({
    '/': '<!doctype html><title>Test</title><script type="module" src="/app.js"></script>',
    '/app.js': result.outputFiles[0]?.text ?? '',
    '/mockServiceWorker.js': await readFile(worker, 'utf8'),
  })
  browser = await launchBrowser()
  page = await browser.newPage()
  await page.goto(address)
  await page.waitForFunction(() => 'app' in window)
})

afterAll(async () => {
  await browser?.close()
  await new Promise((resolve) => server.close(resolve))
})

/** Runs in the page, and begins as every test of the app would. */
const inPage = async <Result>(run: (app: App) => Promise<Result>): Promise<Result> =>
  page.evaluate(`(async () => {
    await window.app.reset()
    return (${run})(window.app)
  })()`)

test('the fake session runs in a browser behind a service worker', async () => {
  expect(await inPage(async ({ session, client }) => (await session.ready(client)).status)).toBe(
    'authenticated',
  )
  const orders = await inPage(async ({ session, read }) => {
    session.expireToken()
    const both = await Promise.all([read(), read()])
    session.expectRenewals(1)
    return both
  })
  expect(orders).toEqual([['one'], ['one']])
})

test('network, revocation, popup and step-up are played there as well', async () => {
  const states = await inPage(async ({ session, client }) => {
    session.goOffline()
    const offline = await client.refreshSession()
    session.goOnline()
    const online = await client.refreshSession()
    session.revoke()
    return [offline, online, await client.refreshSession()]
  })
  expect(states).toMatchObject([
    { status: 'authenticated', offline: true },
    { status: 'authenticated', offline: false },
    { status: 'unauthenticated', reason: 'revoked' },
  ])
  expect(await inPage(({ popup }) => popup())).toBe('by-popup')
  expect(await inPage(({ stepUp }) => stepUp())).toEqual(['one'])
})

test('a client that does not reach the fake is told so there', async () => {
  expect(await inPage(({ early }) => early())).toBe('client_created_too_early')
})
