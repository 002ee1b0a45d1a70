import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { devicesOf, logInAs, openApp, pendingLogins, stateOf } from '../support/pages.ts'
import { type System, startSystem } from '../support/start-system.ts'

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

const loginUrl = (attempt: number) =>
  `${system.origin}/bff/login?${new URLSearchParams({ returnTo: `/page?attempt=${attempt}` })}`

/** A start whose way ends at the provider, which is never loaded. */
const abandon = async (attempt: number) => {
  const answer = await context.request.get(loginUrl(attempt), { maxRedirects: 0 })
  return answer.status()
}

/** Lets a page's navigations end where they would leave for the provider. */
const cutOffProvider = async (page: Page) => {
  const client = await context.newCDPSession(page)
  // Not `route`, which does not see where a redirect leads.
  client.on('Fetch.requestPaused', ({ requestId }) => {
    void client.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' })
  })
  await client.send('Fetch.enable', { patterns: [{ urlPattern: `${system.idp.issuer}/*` }] })
}

const expectFewAndSmall = async () => {
  const pending = await pendingLogins(context, system.origin)
  expect(pending.length).toBeLessThanOrEqual(12)
  const header = pending.map(({ name, value }) => `${name}=${value}`).join('; ')
  expect(header.length).toBeLessThan(4096)
  expect(system.longestHeaders()).toBeLessThan(8192)
}

const expectLogin = async () => {
  const page = await openApp(context, `${system.origin}/`)
  await logInAs(page, 'alice')
  expect(await stateOf(page)).toMatchObject({ status: 'authenticated' })
  expect(await devicesOf(page)).toEqual([expect.objectContaining({ current: true })])
}

test('B09 1,000 logins that nobody finishes stay few and small, and the next one works', async () => {
  const page = await context.newPage()
  await cutOffProvider(page)
  const statuses = new Set<number>()
  page.on('response', (response) => statuses.add(response.status()))
  for (let attempt = 0; attempt < 200; attempt += 1) {
    await expect(page.goto(loginUrl(attempt))).rejects.toThrow('ERR_ABORTED')
    if (attempt % 25 === 0) await expectFewAndSmall()
  }
  // The rest over the same jar without a page: that is all that differs on the wire.
  for (let attempt = 200; attempt < 1000; attempt += 1) {
    statuses.add(await abandon(attempt))
    if (attempt % 25 === 0) await expectFewAndSmall()
  }
  expect([...statuses]).toEqual([303])
  expect(system.bffRequests).toEqual(Array(1000).fill('GET /bff/login'))
  await expectFewAndSmall()
  await expectLogin()
}, 120_000)

test('B09 logins that began before any was answered are cleared away by the next one', async () => {
  const statuses = await Promise.all(Array.from({ length: 30 }, (_, attempt) => abandon(attempt)))
  expect(new Set(statuses)).toEqual(new Set([303]))
  expect(await pendingLogins(context, system.origin)).toHaveLength(30)
  await abandon(30)
  await expectFewAndSmall()
  await expectLogin()
})
