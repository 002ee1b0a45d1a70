import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchBrowser, readEverythingStored, recordBroadcasts } from '../support/browser.ts'
import { chooseAccount } from '../support/pages.ts'
import { type System, startSystem } from '../support/start-system.ts'

let browser: Browser
let context: BrowserContext
let system: System
let script: string

/** What the page holds for the tests. */
interface SpaGlobals {
  readonly oidc: { readonly user: { readonly access_token: string; readonly state: unknown } }
  readonly seen: { readonly callbacks: number; readonly renders: number }
}

/** The app as its bundler makes it, with the alias that is the whole move. */
const bundle = async (): Promise<string> => {
  const result = await build({
    entryPoints: [fileURLToPath(new URL('../apps/from-oidc-client-ts/main.ts', import.meta.url))],
    alias: { 'oidc-client-ts': '@coatcheck/client/oidc-client-ts' },
    define: { 'process.env.NODE_ENV': '"development"' },
    absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
    bundle: true,
    format: 'esm',
    write: false,
  })
  return result.outputFiles[0]?.text ?? ''
}

const open = async (path = '/spa'): Promise<Page> => {
  const page = await context.newPage()
  await page.goto(system.origin + path)
  return page
}

const textOf = async (page: Page, id: string): Promise<string> =>
  (await page.locator(`#${id}`).textContent()) ?? ''

const untilStatus = (page: Page, status: 'in' | 'out'): Promise<unknown> =>
  page.waitForFunction(
    (wanted) => document.querySelector('#status')?.textContent === wanted,
    status,
    { timeout: 60_000 },
  )

const tokenOf = (page: Page): Promise<string> =>
  page.evaluate(() => (globalThis as unknown as SpaGlobals).oidc.user.access_token)

const callApi = (page: Page): Promise<number> =>
  page.evaluate(async (address) => {
    const { user } = (globalThis as unknown as SpaGlobals).oidc
    const headers = { authorization: `Bearer ${user.access_token}` }
    return (await fetch(address, { headers })).status
  }, `${system.api.origin}/orders`)

const logIn = async (page: Page): Promise<void> => {
  await untilStatus(page, 'out')
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.waitForURL(/^http:\/\/127\.0\.0\.1/)
  await chooseAccount(page, 'alice')
  await page.waitForURL(`${system.origin}/spa`)
  await untilStatus(page, 'in')
}

beforeAll(async () => {
  script = await bundle()
  browser = await launchBrowser()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  system = await startSystem()
  context = await browser.newContext()
  await recordBroadcasts(context)
  const head = '<!doctype html><html lang="en"><title>App</title><body>'
  system.serve('/spa', 'text/html', `${head}<script type="module" src="/main.js"></script></html>`)
  system.serve('/main.js', 'text/javascript', script)
})
afterEach(async () => {
  await context.close()
  await system.close()
})

test('an app on react-oidc-context logs in, calls its API and survives a reload', async () => {
  expect(script).not.toContain('code_verifier')
  const page = await open()
  await logIn(page)
  expect(await textOf(page, 'user')).toBe('alice')
  const state = await page.evaluate(() => (globalThis as unknown as SpaGlobals).oidc.user.state)
  expect(state).toBe(7)
  expect(await callApi(page)).toBe(200)

  await page.reload()
  await untilStatus(page, 'in')
  expect(await textOf(page, 'user')).toBe('alice')
  expect(await callApi(page)).toBe(200)
  expect(await textOf(page, 'error')).toBe('')
})

test('C01 C24 after login, renewal and reload no storage and no message holds a token', async () => {
  const page = await open()
  await logIn(page)
  await page.getByRole('button', { name: 'Renew' }).click()
  await untilStatus(page, 'in')
  await page.reload()
  await untilStatus(page, 'in')
  expect(system.tokens.all.length).toBeGreaterThan(2)
  expect(system.tokens.findIn(await tokenOf(page))).toBe('access_token')
  expect(system.tokens.findIn(await readEverythingStored(page))).toBeUndefined()
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([])
})

test('a renewal reaches the app as UserLoaded, without a loading state', async () => {
  await context.addInitScript(() => {
    const { now } = Date
    const sleep = { ms: 0 }
    Object.assign(globalThis, { sleep })
    Date.now = () => now() + sleep.ms
  })
  const page = await open()
  await logIn(page)
  const before = await tokenOf(page)
  system.advanceBff(7200)
  await page.evaluate(() => {
    ;(globalThis as unknown as { sleep: { ms: number } }).sleep.ms = 7_200_000
    dispatchEvent(new Event('focus'))
  })
  await page.waitForFunction(
    (old) => (globalThis as unknown as SpaGlobals).oidc.user.access_token !== old,
    before,
    { timeout: 60_000 },
  )
  expect(await textOf(page, 'status')).toBe('in')
  expect(await callApi(page)).toBe(200)
})

test('C11 a logout in another tab logs this one out as well, and the provider is left', async () => {
  const page = await open()
  await logIn(page)
  const other = await open()
  await untilStatus(other, 'in')
  await other.getByRole('button', { name: 'Log out' }).click()
  await untilStatus(page, 'out')
  expect(await textOf(page, 'user')).toBe('nobody')
  await other.waitForURL(/^http:\/\/127\.0\.0\.1|\/spa$/)
})

test('a code and state that are not ours stay in the address', async () => {
  const page = await open()
  await logIn(page)
  const shop = await open('/spa?code=shop&state=order-1')
  await untilStatus(shop, 'in')
  expect(new URL(shop.url()).search).toBe('?code=shop&state=order-1')
  expect(await textOf(shop, 'error')).toBe('')
  const { callbacks } = await shop.evaluate(() => (globalThis as unknown as SpaGlobals).seen)
  expect(callbacks).toBe(1)
})

test('a guarded page goes to the login once, and a logout from it ends at the provider', async () => {
  const page = await open('/spa?guarded')
  await page.waitForURL(/^http:\/\/127\.0\.0\.1/)
  await chooseAccount(page, 'alice')
  await page.waitForURL(`${system.origin}/spa?guarded`)
  await untilStatus(page, 'in')
  const logins = () => system.bffRequests.filter((request) => request === 'GET /bff/login').length
  expect(logins()).toBe(1)
  const isLeft = page.waitForRequest((request) => request.url().startsWith(system.idp.issuer))
  await page.getByRole('button', { name: 'Log out' }).click()
  await isLeft
  await untilStatus(page, 'out')
  expect(new URL(page.url()).search).toBe('')
  expect(logins()).toBe(1)
})
