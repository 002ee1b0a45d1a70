import type { Fault } from '@coatcheck/dev-idp'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { type AppGlobals, logInAs, openApp, stateOf, untilReady } from '../support/pages.ts'
import { type System, startSystem } from '../support/start-system.ts'

let browser: Browser
let system: System
let context: BrowserContext
let page: Page

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  system = await startSystem()
  context = await browser.newContext()
  page = await openApp(context, `${system.origin}/`)
  await logInAs(page, 'alice')
})
afterEach(async () => {
  await context.close()
  await system.close()
})

/** The page's own view of an API call: a status, or the code of what it was rejected with. */
const callApi = () =>
  page.evaluate(async (origin) => {
    const { auth } = globalThis as unknown as AppGlobals
    try {
      return String((await auth.fetch(`${origin}/orders`)).status)
    } catch (error) {
      return (error as { code?: string }).code ?? String(error)
    }
  }, system.api.origin)

const faults: readonly (readonly [string, Fault])[] = [
  ['503', { kind: 'status', status: 503, retryAfterSeconds: 1 }],
  ['HTML', { kind: 'html', status: 200 }],
  ['429', { kind: '429', retryAfterSeconds: 1 }],
  ['nothing', { kind: 'drop-before' }],
]

test.each(faults)(
  'B86 C09 a provider that answers %s costs nobody the session',
  async (_name, fault) => {
    system.advanceBff(3600)
    system.idp.faults.set(fault)
    await page.reload()
    await untilReady(page)
    expect(await stateOf(page)).toMatchObject({ status: 'authenticated' })
    expect(await callApi()).toBe('provider_unavailable')
    expect(await stateOf(page)).toMatchObject({ status: 'authenticated' })
    system.idp.faults.clear()
    await expect.poll(callApi, { timeout: 20_000 }).toBe('200')
  },
)

test('B86 a provider that refuses the refresh token ends the session, and the page knows why', async () => {
  system.advanceBff(3600)
  system.idp.revokeGrants()
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url().includes('/bff/session')),
    page.reload(),
  ])
  expect(await answer.json()).toEqual({ authenticated: false, reason: 'refresh_rejected' })
  await untilReady(page)
  expect(await stateOf(page)).toEqual({ status: 'unauthenticated', reason: 'refresh_rejected' })
})
