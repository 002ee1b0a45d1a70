import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchBrowser, recordUrls } from '../support/browser.ts'
import {
  type AppGlobals,
  chooseAccount,
  devicesOf,
  goToProvider,
  logInAs,
  openApp,
  pendingLogins,
  startLogin,
  stateOf,
  untilReady,
} from '../support/pages.ts'
import { type System, startSystem } from '../support/start-system.ts'

const tabCount = 10

let browser: Browser
let system: System
let context: BrowserContext
let urls: readonly string[]
let refusals: string[]

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  system = await startSystem()
  context = await browser.newContext()
  urls = recordUrls(context)
  refusals = []
  context.on('response', (response) => {
    const isPage = response.request().isNavigationRequest()
    if (isPage && response.status() >= 400) refusals.push(`${response.status()}`)
  })
})
afterEach(async () => {
  await context.close()
  await system.close()
})

const addressOf = (tab: number) => `${system.origin}/page?tab=${tab}`

const openTabs = () =>
  Promise.all(Array.from({ length: tabCount }, (_, tab) => openApp(context, addressOf(tab))))

/** Waits until the tab is back where it was and knows who is logged in. */
const untilBack = async (page: Page, tab: number) => {
  await page.waitForURL(addressOf(tab))
  await untilReady(page)
}

/** The same for a login on whose way no page is shown. */
const untilCalledBack = async (page: Page, tab: number) => {
  // Its address is the same before and after.
  const isBack = page.waitForEvent('domcontentloaded')
  await startLogin(page)
  await isBack
  await untilBack(page, tab)
}

/** Every tab is back where its login began, all of them in one session that can be worked with. */
const expectOneSession = async (pages: readonly Page[]) => {
  const sids = new Set<string>()
  for (const [tab, page] of pages.entries()) {
    expect(page.url()).toBe(addressOf(tab))
    await expect.poll(() => stateOf(page)).toMatchObject({ status: 'authenticated' })
    const token = await page.evaluate(() =>
      (globalThis as unknown as AppGlobals).auth.getAccessToken(),
    )
    expect(system.tokens.findIn(token)).toBe('access_token')
    const devices = await devicesOf(page)
    expect(devices).toEqual([expect.objectContaining({ current: true })])
    for (const { sid } of devices) sids.add(sid)
  }
  expect(sids.size).toBe(1)
  expect(await pendingLogins(context, system.origin)).toEqual([])
  expect(urls.filter((url) => url.includes('login_error'))).toEqual([])
  expect(refusals).toEqual([])
  expect(system.longestHeaders()).toBeLessThan(8192)
}

test('ten tabs that log in one after the other, every other one first, share one session', async () => {
  const pages = await openTabs()
  await Promise.all(pages.map(goToProvider))
  expect(await pendingLogins(context, system.origin)).toHaveLength(tabCount)
  const order = [...pages.keys()].sort((a, b) => (a % 2) - (b % 2) || b - a)
  for (const tab of order) {
    const page = pages[tab] as Page
    await chooseAccount(page, 'alice')
    await untilBack(page, tab)
  }
  await expectOneSession(pages)
})

test('ten tabs whose forms are sent at the same moment share one session', async () => {
  const pages = await openTabs()
  await Promise.all(pages.map(goToProvider))
  await Promise.all(pages.map((page) => chooseAccount(page, 'alice')))
  await Promise.all(pages.map(untilBack))
  await expectOneSession(pages)
})

test('ten tabs that the provider answers at once, without a page, share one session', async () => {
  const pages = await openTabs()
  const [first] = pages
  if (first === undefined) throw new Error('No tab was opened.')
  await logInAs(first, 'alice')
  // The session ends here and not at the provider, as after a restart of the browser.
  await first.evaluate(() =>
    (globalThis as unknown as AppGlobals).auth.logout({ provider: 'keep' }),
  )
  await Promise.all(pages.map(untilCalledBack))
  await expectOneSession(pages)
})
