import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchBrowser, readEverythingStored, recordBroadcasts } from '../support/browser.ts'
import { type AppGlobals, logInAs, openApp, stateOf } from '../support/pages.ts'
import { type System, startSystem } from '../support/start-system.ts'

interface Globals extends AppGlobals {
  readonly auth: AppGlobals['auth'] & { refreshSession(): Promise<{ status: string }> }
  load(name: 'live'): Promise<{ startLive(auth: object): { stop(): void } }>
}

let browser: Browser
let system: System
let context: BrowserContext

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  system = await startSystem()
  context = await browser.newContext()
  await recordBroadcasts(context)
  const page = await openApp(context, `${system.origin}/`)
  await logInAs(page, 'alice')
  await page.close()
})
afterEach(async () => {
  await context.close()
  await system.close()
})

const startLive = (page: Page) =>
  page.evaluate(async () => {
    const { auth, load } = globalThis as unknown as Globals
    const { startLive: start } = await load('live')
    start(auth)
  })

/** Tabs of one browser, all of them on the screen: a headless browser hides none. */
const openTabs = async (count: number): Promise<Page[]> => {
  const tabs: Page[] = []
  for (let tab = 0; tab < count; tab++) {
    const page = await openApp(context, `${system.origin}/`)
    await startLive(page)
    tabs.push(page)
  }
  await expect.poll(streams).toBeGreaterThan(0)
  return tabs
}

const streams = () => system.bffRequests.filter((request) => request === 'GET /bff/events').length

const untilEnded = (page: Page) =>
  page.waitForFunction(
    () => (globalThis as unknown as Globals).auth.getState().status === 'unauthenticated',
    undefined,
    { timeout: 60_000 },
  )

const logOutElsewhere = async (scope: 'others' | 'global') => {
  const phone = await browser.newContext()
  const page = await openApp(phone, `${system.origin}/`)
  await logInAs(page, 'alice')
  await page.evaluate(
    (wanted) => (globalThis as unknown as Globals).auth.logout({ scope: wanted, provider: 'keep' }),
    scope,
  )
  await phone.close()
}

test('ten tabs over http/1.1 hold one stream and stay responsive', async () => {
  const tabs = await openTabs(10)
  expect(streams()).toBe(1)
  const last = tabs.at(-1) as Page
  const elapsedMs = await last.evaluate(async (address) => {
    const { auth } = globalThis as unknown as Globals
    const startedAt = performance.now()
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => auth.fetch(address)))
    if (!answers.every(({ ok }) => ok)) throw new Error('the API refused')
    await auth.refreshSession()
    return performance.now() - startedAt
  }, `${system.api.origin}/orders`)
  // With a stream for each tab they would wait until one of them closes.
  expect(elapsedMs).toBeLessThan(20_000)
  await last.reload()
  expect(await stateOf(last)).toBeDefined()
  expect(streams()).toBe(1)
})

test('a logout on another device is known in every tab at once', async () => {
  const tabs = await openTabs(3)
  await logOutElsewhere('others')
  await Promise.all(tabs.map(untilEnded))
  for (const tab of tabs) {
    expect(await stateOf(tab)).toMatchObject({ status: 'unauthenticated' })
    expect(system.tokens.findIn(await readEverythingStored(tab))).toBeUndefined()
  }
})

test('a logout in one tab ends the stream and is known in the others', async () => {
  const tabs = await openTabs(3)
  await tabs[2]?.evaluate(() => {
    void (globalThis as unknown as Globals).auth.logout({ provider: 'keep' })
  })
  await Promise.all(tabs.map(untilEnded))
})

test('when the tab with the stream is closed another takes over', async () => {
  const [first, ...others] = await openTabs(3)
  await first?.close()
  await expect.poll(streams, { timeout: 60_000 }).toBe(2)
  await logOutElsewhere('global')
  await Promise.all(others.map(untilEnded))
})

test('a limit that comes near is told in time, and the user may stay', async () => {
  const eightHours = 8 * 3600
  system.advanceBff(eightHours - 100)
  const plain = await context.newPage()
  // Its own check would move the limit; the one of the live session does not.
  await plain.route('**/bff/session?*', (route) =>
    route.continue({ url: `${route.request().url()}&slide=false` }),
  )
  await plain.goto(`${system.origin}/`)
  await plain.waitForFunction(
    () => (globalThis as unknown as Partial<Globals>).auth?.getState().status === 'authenticated',
  )
  await startLive(plain)
  await plain.waitForFunction(
    () => (globalThis as unknown as Globals).events.includes('sessionExpiring'),
    undefined,
    { timeout: 60_000 },
  )
  await plain.unroute('**/bff/session?*')
  await plain.evaluate(() => (globalThis as unknown as Globals).auth.refreshSession())
  system.advanceBff(200)
  const state = await plain.evaluate(() => (globalThis as unknown as Globals).auth.refreshSession())
  expect(state.status).toBe('authenticated')
})
