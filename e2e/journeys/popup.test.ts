import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { findBrowser } from '../find-browser.ts'
import { launchBrowser, readEverythingStored, recordBroadcasts } from '../support/browser.ts'
import { type AppGlobals, chooseAccount, logInAs, openApp, stateOf } from '../support/pages.ts'
import { type System, startSystem } from '../support/start-system.ts'

interface Globals extends AppGlobals {
  load(name: 'popup'): Promise<{
    loginByPopup(auth: AppGlobals['auth'], options?: object): Promise<{ user: object }>
  }>
  load(name: 'step-up'): Promise<{
    createStepUpFetch(auth: AppGlobals['auth'], options: object): typeof fetch
  }>
  outcome: unknown
  kept: string
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
})
afterEach(async () => {
  await context.close()
  await system.close()
})

/** Starts a login by popup; the outcome is kept in the page. */
const startPopup = async (page: Page, options: object = {}): Promise<Page> => {
  const opened = page.waitForEvent('popup')
  await page.evaluate((given) => {
    const globals = globalThis as unknown as Globals
    globals.kept = 'half a form'
    globals.outcome = undefined
    globals.load('popup').then(async ({ loginByPopup }) => {
      const login = loginByPopup(globals.auth, given)
      globals.outcome = await login.catch((error: { code: string }) => error.code)
    })
  }, options)
  const popup = await opened
  await popup.waitForURL(/^http:\/\/127\.0\.0\.1/)
  return popup
}

const outcomeOf = async (page: Page): Promise<unknown> => {
  const settled = () => (globalThis as unknown as Globals).outcome !== undefined
  await page.waitForFunction(settled, undefined, { timeout: 60_000 })
  return page.evaluate(() => (globalThis as unknown as Globals).outcome)
}

/** The user is back at the page; a headless browser has no windows that take the focus. */
const focus = (page: Page) => page.evaluate(() => dispatchEvent(new Event('focus')))

const keptOf = (page: Page) => page.evaluate(() => (globalThis as unknown as Globals).kept)

const untilClosed = async (popup: Page): Promise<void> => {
  if (!popup.isClosed()) await popup.waitForEvent('close')
}

test('a login by popup keeps the page as it is and ends logged in', async () => {
  await recordBroadcasts(context)
  const page = await openApp(context, `${system.origin}/page?tab=2#part`)
  const other = await openApp(context, `${system.origin}/`)
  const popup = await startPopup(page)
  await chooseAccount(popup, 'alice')
  expect(await outcomeOf(page)).toMatchObject({
    status: 'authenticated',
    user: { sub: 'alice' },
  })
  await untilClosed(popup)
  expect(await keptOf(page)).toBe('half a form')
  expect(page.url()).toBe(`${system.origin}/page?tab=2#part`)
  const answer = (origin: string) =>
    (globalThis as unknown as Globals).auth.fetch(origin).then(({ status }) => status)
  expect(await page.evaluate(answer, `${system.api.origin}/orders`)).toBe(200)
  await other.waitForFunction(
    () => (globalThis as unknown as Globals).auth.getState().status === 'authenticated',
  )
  expect(system.tokens.findIn(await readEverythingStored(page))).toBeUndefined()
})

test('who closes the popup and comes back is told so', async () => {
  const page = await openApp(context, `${system.origin}/`)
  const popup = await startPopup(page)
  await popup.close()
  await focus(page)
  expect(await outcomeOf(page)).toBe('popup_closed')
  expect(await stateOf(page)).toMatchObject({ status: 'unauthenticated' })
})

test('a login cancelled at the provider rejects with that', async () => {
  const page = await openApp(context, `${system.origin}/`)
  const popup = await startPopup(page)
  await popup.getByRole('button', { name: 'Cancel' }).click()
  expect(await outcomeOf(page)).toBe('login_cancelled')
  await untilClosed(popup)
  expect(await keptOf(page)).toBe('half a form')
})

test('looking at the page meanwhile does not end the login', async () => {
  const page = await openApp(context, `${system.origin}/`)
  const popup = await startPopup(page)
  await focus(page)
  await page.waitForLoadState('networkidle')
  await chooseAccount(popup, 'alice')
  expect(await outcomeOf(page)).toMatchObject({ user: { sub: 'alice' } })
})

test('a second click takes the same window, and both end by the same login', async () => {
  const page = await openApp(context, `${system.origin}/`)
  const popup = await startPopup(page)
  const outcome = page.evaluate(async () => {
    const { auth, load } = globalThis as unknown as Globals
    const { loginByPopup } = await load('popup')
    return (await loginByPopup(auth, { loginHint: 'alice' })).user
  })
  await popup.waitForRequest(/login_hint=alice/)
  await popup.waitForLoadState('networkidle')
  await chooseAccount(popup, 'alice')
  expect(await outcome).toMatchObject({ sub: 'alice' })
  expect(await outcomeOf(page)).toMatchObject({ user: { sub: 'alice' } })
  expect(context.pages()).toHaveLength(1)
})

test('an app that cuts itself off from its popups logs in by them all the same', async () => {
  await context.route(`${system.origin}/`, async (route) => {
    const response = await route.fetch()
    const headers = { ...response.headers(), 'cross-origin-opener-policy': 'same-origin' }
    await route.fulfill({ response, headers })
  })
  const page = await openApp(context, `${system.origin}/`)
  const popup = await startPopup(page)
  await chooseAccount(popup, 'alice')
  expect(await outcomeOf(page)).toMatchObject({ user: { sub: 'alice' } })
  await untilClosed(popup)
})

test('a landing page that cannot close says what to do and leads on', async () => {
  const page = await context.newPage()
  const blocked: string[] = []
  page.on('console', (message) => blocked.push(message.text()))
  await page.goto(`${system.origin}/`)
  await page.goto(`${system.origin}/bff/popup`)
  await page.getByText('You can close it and go back to the app').waitFor()
  await page.getByRole('link').click()
  await page.waitForURL(`${system.origin}/`)
  expect(blocked.filter((text) => /policy|trusted/i.test(text))).toEqual([])
})

test('a popup the browser blocks is told at once', async () => {
  const strict = await chromium.launch({
    executablePath: findBrowser() ?? '',
    args: ['--no-sandbox', '--disable-gpu'],
    ignoreDefaultArgs: ['--disable-popup-blocking'],
  })
  try {
    const page = await strict.newPage()
    await page.goto(`${system.origin}/`)
    // Whatever Playwright runs in a page counts as a click; this does not.
    const devtools = await page.context().newCDPSession(page)
    const { result } = await devtools.send('Runtime.evaluate', {
      expression: `load('popup')
        .then(({ loginByPopup }) => loginByPopup(auth))
        .catch(({ code }) => code)`,
      awaitPromise: true,
      userGesture: false,
    })
    expect(result.value).toBe('popup_blocked')
  } finally {
    await strict.close()
  }
})

test('an API that wants a stronger login gets it by popup, and the request is sent once more', async () => {
  const page = await openApp(context, `${system.origin}/`)
  await logInAs(page, 'alice')
  const opened = page.waitForEvent('popup')
  const paid = page.evaluate(async (address) => {
    const { auth, load } = globalThis as unknown as Globals
    const { loginByPopup } = await load('popup')
    const { createStepUpFetch } = await load('step-up')
    const pay = createStepUpFetch(auth, {
      onStepUp: (challenge: object) => loginByPopup(auth, { ...challenge, prompt: 'login' }),
    })
    const answer = await pay(address, { method: 'POST', body: 'ten euros' })
    return answer.json()
  }, `${system.api.origin}/payments`)
  await chooseAccount(await opened, 'alice')
  expect(await paid).toEqual({ received: 'ten euros' })
  expect(system.api.calls.map(({ status, body }) => [status, body])).toEqual([
    [401, 'ten euros'],
    [200, 'ten euros'],
  ])
})
