import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { type AppGlobals, logInAs, openApp } from '../support/pages.ts'
import { type System, startSystem } from '../support/start-system.ts'

interface Globals extends AppGlobals {
  readonly auth: AppGlobals['auth'] & { subscribe(listener: () => void): void }
  /** Whether the page was taken from the cache, and the states it showed from then on. */
  restored?: { readonly persisted: boolean; readonly states: string[] }
}

let browser: Browser
let context: BrowserContext
let system: System

beforeAll(async () => {
  // Playwright switches the back/forward cache off.
  browser = await launchBrowser({ without: ['--disable-back-forward-cache'] })
})
afterAll(() => browser?.close())
beforeEach(async () => {
  system = await startSystem()
  system.serve('/elsewhere', 'text/html', '<!doctype html><title>Elsewhere</title><p>Elsewhere')
  context = await browser.newContext()
})
afterEach(async () => {
  await context.close()
  await system.close()
})

test('C13 Back to a page of the back-forward cache after the logout never shows the user', async () => {
  const page = await openApp(context, `${system.origin}/`)
  await logInAs(page, 'alice')
  await page.evaluate(() => {
    const self = globalThis as unknown as Globals
    addEventListener('pageshow', ({ persisted }) => {
      const states = [self.auth.getState().status]
      self.restored = { persisted, states }
      self.auth.subscribe(() => states.push(self.auth.getState().status))
    })
  })
  await page.goto(`${system.origin}/elsewhere`)

  // Logged out by a tab whose message does not reach the frozen page and end it.
  const other = await context.newPage()
  await other.addInitScript(() => Reflect.deleteProperty(globalThis, 'BroadcastChannel'))
  await other.goto(`${system.origin}/`)
  await other.waitForFunction(
    () => (globalThis as unknown as Globals).auth?.getState().status === 'authenticated',
  )
  await other.evaluate(() =>
    (globalThis as unknown as AppGlobals).auth.logout({ provider: 'keep' }),
  )

  await page.evaluate(() => history.back())
  await page.waitForFunction(
    () => (globalThis as unknown as Globals).auth?.getState().status === 'unauthenticated',
  )
  const restored = await page.evaluate(() => (globalThis as unknown as Globals).restored)
  expect(restored).toEqual({ persisted: true, states: ['loading', 'unauthenticated'] })
  const refused = await page.evaluate(
    (origin) =>
      (globalThis as unknown as AppGlobals).auth
        .fetch(`${origin}/orders`)
        .catch(({ code }) => code as string),
    system.api.origin,
  )
  expect(refused).toBe('session_required')
  expect(system.api.calls).toEqual([])
})
