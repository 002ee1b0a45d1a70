import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchBrowser, recordUrls } from '../support/browser.ts'
import {
  type AppGlobals,
  chooseAccount,
  devicesOf,
  goToProvider,
  logInAgain,
  logInAs,
  openApp,
  stateOf,
  untilReady,
} from '../support/pages.ts'
import { type System, startSystem } from '../support/start-system.ts'

let browser: Browser
let system: System
let context: BrowserContext
let urls: readonly string[]

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  system = await startSystem()
  context = await browser.newContext()
  urls = recordUrls(context)
})
afterEach(async () => {
  await Promise.all(browser.contexts().map((each) => each.close()))
  await system.close()
})

const home = () => `${system.origin}/`

const untilHome = async (page: Page) => {
  await page.waitForURL(home())
  await untilReady(page)
}

const visited = (part: string) => urls.filter((url) => url.includes(part))

const expectNoError = async (page: Page) => {
  expect(await stateOf(page)).toMatchObject({ status: 'authenticated' })
  expect(page.url()).toBe(home())
  expect(visited('login_error')).toEqual([])
  expect(await devicesOf(page)).toEqual([expect.objectContaining({ current: true })])
}

/** One click, and no more than one visit to the provider. */
const expectLoginByOneClick = async (page: Page) => {
  await logInAgain(page)
  await page.waitForURL(home())
  expect(await stateOf(page)).toMatchObject({ status: 'authenticated' })
  expect(await devicesOf(page)).toHaveLength(1)
}

/** The app, logged out, with the reason that no login of this browser was in progress. */
const expectMissing = async (page: Page) => {
  await untilHome(page)
  expect(await stateOf(page)).toEqual({
    status: 'unauthenticated',
    reason: 'login_transaction_missing',
  })
  // It stays there: nothing sends the user round in circles.
  const requests = system.bffRequests.length
  await page.reload()
  await untilReady(page)
  expect(await stateOf(page)).toEqual({ status: 'unauthenticated', reason: undefined })
  expect(system.bffRequests.slice(requests)).toEqual(['GET /bff/session'])
}

test('B23 Back to the provider after a login, and Forward again, shows no error', async () => {
  const page = await openApp(context, home())
  await logInAs(page, 'alice')
  await page.goBack()
  expect(page.url()).toContain(system.idp.issuer)
  await page.goForward()
  await untilHome(page)
  await expectNoError(page)
  // All the way back there is the page the login began on, now logged in, and no callback.
  await page.goBack()
  await page.goBack()
  await untilHome(page)
  await expectNoError(page)
  expect(visited('/bff/callback')).toHaveLength(1)
})

test('B23 Back to the provider after a login, and the form once more, shows no error', async () => {
  const page = await openApp(context, home())
  await logInAs(page, 'alice')
  await page.goBack()
  await chooseAccount(page, 'alice')
  await untilHome(page)
  await expectNoError(page)
  expect(visited('/bff/callback')).toHaveLength(2)
})

test('B23 the callback, opened again, reloaded and gone back to, shows no error', async () => {
  const page = await openApp(context, home())
  await logInAs(page, 'alice')
  const [callback = ''] = visited('/bff/callback')
  for (const open of [
    () => page.goto(callback),
    () => page.reload(),
    () => page.goto(callback),
    () => page.goBack(),
    () => page.goForward(),
  ]) {
    await open()
    await untilHome(page)
    await expectNoError(page)
  }
  expect(system.idp.counts()['token:authorization_code']).toBe(1)
})

test('a login page that was left open for too long ends at the app, one click from a login', async () => {
  const page = await openApp(context, home())
  await goToProvider(page)
  system.advanceBff(11 * 60)
  await chooseAccount(page, 'alice')
  await expectMissing(page)
  // The provider's clock stood still, and its next ID token must not look old.
  system.advanceBff(-11 * 60)
  await expectLoginByOneClick(page)
})

test('a bookmarked login page, opened after the logout, ends at the app, one click from a login', async () => {
  const page = await openApp(context, home())
  await goToProvider(page)
  const bookmark = page.url()
  await chooseAccount(page, 'alice')
  await untilHome(page)
  await page.evaluate(() => (globalThis as unknown as AppGlobals).auth.logout({ provider: 'keep' }))
  await page.goto(bookmark)
  await chooseAccount(page, 'alice')
  await expectMissing(page)
  await expectLoginByOneClick(page)
})

test('a login page finished in a browser profile that began no login ends at its app', async () => {
  const began = await openApp(context, home())
  await goToProvider(began)
  const other = await browser.newContext()
  const cookies = await context.cookies()
  // What the provider needs for its page, and nothing of the app's.
  const { hostname } = new URL(system.idp.issuer)
  await other.addCookies(cookies.filter(({ domain }) => domain === hostname))
  const page = await other.newPage()
  await page.goto(began.url())
  await chooseAccount(page, 'alice')
  await expectMissing(page)
  await expectLoginByOneClick(page)
})

test('login pages left open in other tabs, used or too old, show no error to who is logged in', async () => {
  const page = await openApp(context, home())
  const forgotten = await openApp(context, home())
  await goToProvider(page)
  const bookmark = page.url()
  await goToProvider(forgotten)
  await chooseAccount(page, 'alice')
  await untilHome(page)
  system.advanceBff(11 * 60)
  await chooseAccount(forgotten, 'alice')
  await untilHome(forgotten)
  await expectNoError(forgotten)
  await page.goto(bookmark)
  await chooseAccount(page, 'alice')
  await untilHome(page)
  await expectNoError(page)
  expect(visited('/bff/callback')).toHaveLength(3)
  expect(system.idp.counts()['token:authorization_code']).toBe(1)
})
