import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { type AppGlobals, logInAs, openApp, stateOf, untilReady } from '../support/pages.ts'
import { type System, startSystem } from '../support/start-system.ts'

interface Globals extends AppGlobals {
  /** Milliseconds by which the device's wall clock is off. */
  skew: number
}

const dayMs = 86_400_000

let browser: Browser
let context: BrowserContext
let system: System

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  system = await startSystem()
  context = await browser.newContext()
})
afterEach(async () => {
  await context.close()
  await system.close()
})

/** The wall clock of every page to come is off by so much; `performance.now()` is not. */
const setClocksOff = (skewMs: number): Promise<unknown> =>
  context.addInitScript((skew) => {
    const { now } = Date
    Object.assign(globalThis, { skew })
    Date.now = () => now() + (globalThis as unknown as Globals).skew
  }, skewMs)

const setClock = (page: Page, skewMs: number): Promise<void> =>
  page.evaluate((skew) => {
    ;(globalThis as unknown as Globals).skew = skew
  }, skewMs)

/** Calls the API so many times at once. */
const callApi = (page: Page, count = 1): Promise<number[]> =>
  page.evaluate(
    ([origin, calls]) => {
      const { auth } = globalThis as unknown as AppGlobals
      const call = async () => (await auth.fetch(`${origin}/orders`)).status
      return Promise.all(Array.from({ length: calls }, call))
    },
    [system.api.origin, count] as const,
  )

const eventsOf = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => (globalThis as unknown as AppGlobals).events)

test.each([
  ['ahead', dayMs],
  ['behind', -dayMs],
])('C10 a device whose clock is a day %s works like any other', async (_name, skewMs) => {
  await setClocksOff(skewMs)
  const page = await openApp(context, `${system.origin}/`)
  await logInAs(page, 'alice')
  system.bffRequests.length = 0
  expect(await callApi(page, 3)).toEqual([200, 200, 200])
  expect(system.bffRequests).toEqual([])

  // An API that refuses the token is answered by one renewal, whatever the clock says.
  system.api.refuse('presented')
  system.idp.resetCounts()
  expect(await callApi(page, 3)).toEqual([200, 200, 200])
  expect(system.idp.counts()['token:refresh_token']).toBe(1)
  expect(await stateOf(page)).toMatchObject({ status: 'authenticated' })
  expect(await eventsOf(page)).not.toContain('sessionEnded')
})

test.each([
  ['forward', dayMs],
  ['back', -dayMs],
])('C10 a clock put %s by a day while the page is open costs no login', async (_name, skewMs) => {
  await setClocksOff(0)
  const page = await openApp(context, `${system.origin}/`)
  await logInAs(page, 'alice')
  system.bffRequests.length = 0
  await setClock(page, skewMs)
  expect(await callApi(page, 3)).toEqual([200, 200, 200])
  await setClock(page, 0)
  expect(await callApi(page, 3)).toEqual([200, 200, 200])
  expect(system.bffRequests.length).toBeLessThanOrEqual(2)
  expect(await stateOf(page)).toMatchObject({ status: 'authenticated' })
  expect(await eventsOf(page)).not.toContain('sessionEnded')
})

/** Starts a call and keeps what becomes of it under a name. */
const beginCall = (page: Page, name: string): Promise<void> =>
  page.evaluate(
    ([origin, key]) => {
      const { auth } = globalThis as unknown as AppGlobals
      const outcome = auth.fetch(`${origin}/orders`).then(
        ({ status }) => status,
        ({ code, retry }) => `${code}, ${retry}`,
      )
      // In an object: a promise itself would be waited for.
      Object.assign(globalThis, { [key]: { outcome } })
    },
    [system.api.origin, name] as const,
  )

const outcomeOf = (page: Page, name: string): Promise<number | string> =>
  page.evaluate((key) => {
    const held = globalThis as unknown as Record<string, { outcome: Promise<number | string> }>
    return held[key]?.outcome ?? 'never begun'
  }, name)

test('C09 a minute offline is no logout, and a call made meanwhile ends well', async () => {
  const page = await context.newPage()
  await page.clock.install()
  await page.goto(`${system.origin}/`)
  await untilReady(page)
  await logInAs(page, 'alice')
  const failed: string[] = []
  page.on('requestfailed', (request) => failed.push(new URL(request.url()).pathname))
  // The network goes, and before it is back the token has run out.
  await context.setOffline(true)
  await page.waitForFunction(() => !navigator.onLine)
  await page.clock.fastForward(300_000)
  system.advanceBff(300)
  await beginCall(page, 'early')
  // The user comes back to the page and sees that nothing can be reached.
  await page.evaluate(() => dispatchEvent(new Event('focus')))
  await expect.poll(() => stateOf(page)).toMatchObject({ status: 'authenticated', offline: true })
  await page.clock.runFor(40_000)
  expect(await outcomeOf(page, 'early')).toBe('network_error, later')
  await beginCall(page, 'late')
  await page.clock.runFor(20_000)
  system.advanceBff(60)
  expect(await stateOf(page)).toMatchObject({ status: 'authenticated', offline: true })
  expect(failed.length).toBeLessThanOrEqual(8)

  system.idp.resetCounts()
  await context.setOffline(false)
  expect(await outcomeOf(page, 'late')).toBe(200)
  await expect.poll(() => stateOf(page)).toMatchObject({ status: 'authenticated', offline: false })
  expect(system.idp.counts()['token:refresh_token']).toBe(1)
  expect(await eventsOf(page)).not.toContain('sessionEnded')
})

test('C09 a BFF that is restarted is out of reach for a while, and nobody is logged out', async () => {
  const page = await openApp(context, `${system.origin}/`)
  await logInAs(page, 'alice')
  const ask = () =>
    page.evaluate(() =>
      (globalThis as unknown as { auth: { refreshSession(): Promise<unknown> } }).auth
        .refreshSession()
        .then(() => undefined),
    )
  await system.restartBff(async () => {
    await ask()
    expect(await stateOf(page)).toMatchObject({ status: 'authenticated', offline: true })
    // The token in memory is as good as before.
    expect(await callApi(page)).toEqual([200])
  })
  await ask()
  expect(await stateOf(page)).toMatchObject({ status: 'authenticated', offline: false })
  system.api.refuse('presented')
  expect(await callApi(page, 3)).toEqual([200, 200, 200])
  expect(await eventsOf(page)).not.toContain('sessionEnded')
})

test.each([2, 10])(
  'C08 %i tabs that call their API at once when the token has run out cost one renewal',
  async (count) => {
    await setClocksOff(0)
    const first = await openApp(context, `${system.origin}/`)
    await logInAs(first, 'alice')
    const others = Array.from({ length: count - 1 }, () => openApp(context, `${system.origin}/`))
    const tabs = [first, ...(await Promise.all(others))]
    system.idp.resetCounts()
    system.api.reset()
    const seconds = 320
    system.advanceBff(seconds)
    await Promise.all(tabs.map((tab) => setClock(tab, seconds * 1000)))
    const answers = await Promise.all(tabs.map((tab) => callApi(tab, 5)))
    expect(answers.flat()).toEqual(Array.from({ length: count * 5 }, () => 200))
    expect(system.idp.counts()['token:refresh_token']).toBe(1)
    expect(new Set(system.api.calls.map(({ tokenHash }) => tokenHash)).size).toBe(1)
  },
)

test('a cold page asks the BFF once before its first API call, however many it makes', async () => {
  const page = await openApp(context, `${system.origin}/`)
  await logInAs(page, 'alice')
  system.bffRequests.length = 0
  system.api.reset()
  await page.reload({ waitUntil: 'commit' })
  await page.waitForFunction(() => 'auth' in globalThis)
  expect(await callApi(page, 5)).toEqual([200, 200, 200, 200, 200])
  expect(system.bffRequests).toEqual(['GET /bff/session'])
  expect(system.api.calls).toHaveLength(5)
})

test('C02 without any storage and without a channel to other tabs the app works', async () => {
  await context.addInitScript(() => {
    const names = ['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'cookieStore']
    for (const name of names) {
      Object.defineProperty(globalThis, name, {
        get: () => {
          throw new DOMException('Storage is switched off.', 'SecurityError')
        },
      })
    }
    Reflect.deleteProperty(globalThis, 'BroadcastChannel')
  })
  const page = await openApp(context, `${system.origin}/`)
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  await logInAs(page, 'alice')
  expect(await callApi(page)).toEqual([200])
  system.api.refuse('presented')
  expect(await callApi(page, 3)).toEqual([200, 200, 200])
  await page.reload()
  await untilReady(page)
  expect(await stateOf(page)).toMatchObject({ status: 'authenticated' })
  await page.evaluate(() => (globalThis as unknown as AppGlobals).auth.logout({ provider: 'keep' }))
  expect(await stateOf(page)).toMatchObject({ status: 'unauthenticated' })
  expect(faults).toEqual([])
})
