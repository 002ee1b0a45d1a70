import { type Demo, startDemo } from '@coatcheck/demo'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  launchBrowser,
  readEverythingStored,
  recordBroadcasts,
  recordUrls,
} from '../support/browser.ts'
import { createTokenWatch } from '../support/token-watch.ts'

const tokens = createTokenWatch()
const realFetch = globalThis.fetch

let browser: Browser
let demo: Demo

beforeAll(async () => {
  // The BFF of the demo looks its fetch up at each call: whatever the provider issues is seen here.
  globalThis.fetch = tokens.watch(realFetch)
  browser = await launchBrowser()
  demo = await startDemo({ port: 0, log: { info: () => {}, warn: () => {}, error: () => {} } })
})
afterAll(async () => {
  globalThis.fetch = realFetch
  await browser?.close()
  await demo?.close()
})

/** Requests of a page below the BFF's path and to the API, as `METHOD path status`. */
const recordRequests = (page: Page) => {
  const seen: string[] = []
  page.on('response', (response) => {
    const request = response.request()
    const url = new URL(response.url())
    const isOurs = url.origin === demo.apiUrl || url.pathname.startsWith('/bff/')
    if (isOurs && request.method() !== 'OPTIONS') {
      seen.push(`${request.method()} ${url.pathname} ${response.status()}`)
    }
  })
  return seen
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

const heading = (page: Page) => page.getByRole('heading', { level: 1 })

const logIn = async (page: Page, username: string) => {
  await press(page, 'Log in')
  await page.waitForURL(/^http:\/\/127\.0\.0\.1/)
  await page.getByRole('button', { name: new RegExp(`^log in as ${username}`, 'i') }).click()
  await page.waitForURL(`${demo.url}/`)
  await page.getByRole('button', { name: 'Call API', exact: true }).waitFor()
}

const open = async (context: BrowserContext) => {
  const page = await context.newPage()
  await page.goto(demo.url)
  return page
}

/** Fails with the kind of the first token that can be found where none belongs. */
const expectNoTokenIn = (text: string) => expect(tokens.findIn(text)).toBeUndefined()

test('C01 C06 B50 B80 the whole journey: login, 401 and replay, reload, two tabs, logout, Back', async () => {
  const context = await browser.newContext()
  await recordBroadcasts(context)
  const urls = recordUrls(context)
  const page = await open(context)
  const problems: string[] = []
  page.on('console', (message) => {
    // Chromium reports every 401 of a fetch as an error of its own; those are expected here.
    const isRefusal = message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !isRefusal) problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(error.message))

  // Logged in through the provider's own page, on another site.
  await logIn(page, 'alice')
  expect(new URL(demo.issuer).hostname).not.toBe(new URL(demo.url).hostname)
  expect(await heading(page).textContent()).toContain('Alice')
  const requests = recordRequests(page)
  await press(page, 'Call API')
  await page.getByRole('table', { name: 'Your orders' }).waitFor()
  expect(requests).toEqual(['GET /orders 200'])

  // A token the API starts to refuse: one 401, one renewal, one replay.
  await press(page, 'Break my token')
  await expect.poll(() => requests.at(-1)).toMatch(/break-token 20\d$/)
  requests.length = 0
  await press(page, 'Call API')
  await expect.poll(() => requests.length).toBe(3)
  expect(requests).toEqual(['GET /orders 401', 'POST /bff/token 200', 'GET /orders 200'])
  expectNoTokenIn(await readEverythingStored(page))

  // A reload costs exactly one request to the BFF.
  requests.length = 0
  await page.reload()
  await page.getByRole('button', { name: 'Call API', exact: true }).waitFor()
  expect(requests).toEqual(['GET /bff/session 200'])

  // A second tab is logged in; logging out there logs out here.
  const second = await open(context)
  await second.getByRole('button', { name: 'Log out', exact: true }).waitFor()
  expectNoTokenIn(await readEverythingStored(second))
  await press(second, 'Log out')
  await second.waitForURL(`${demo.url}/`)
  await page.getByRole('button', { name: 'Log in', exact: true }).waitFor()
  await second.getByRole('button', { name: 'Log in', exact: true }).waitFor()

  // Back after the logout shows nobody logged in.
  await second.goBack()
  await second.waitForURL(`${demo.url}/`)
  await second.getByRole('button', { name: 'Log in', exact: true }).waitFor()
  expect(await second.getByRole('button', { name: 'Log out', exact: true }).count()).toBe(0)

  expect(tokens.all.length).toBeGreaterThanOrEqual(5)
  for (const tab of [page, second]) expectNoTokenIn(await readEverythingStored(tab))
  expectNoTokenIn(urls.join('\n'))
  expect(problems).toEqual([])
  await context.close()
})

test('alice is refused by the admin API with 403 and no renewal, bob is served', async () => {
  for (const [username, status] of [
    ['alice', 403],
    ['bob', 200],
  ] as const) {
    const context = await browser.newContext()
    const page = await open(context)
    await logIn(page, username)
    const requests = recordRequests(page)
    await press(page, 'Call admin API')
    await expect.poll(() => requests).toEqual([`GET /admin/report ${status}`])
    await context.close()
  }
})

test('C13 a page brought back from the back-forward cache after logout shows nobody', async () => {
  const context = await browser.newContext()
  const page = await open(context)
  await logIn(page, 'alice')
  // Leave the page, log out in another tab, and come back.
  await page.goto(`${demo.issuer}/.well-known/openid-configuration`)
  const other = await open(context)
  await press(other, 'Log out')
  await other.getByRole('button', { name: 'Log in', exact: true }).waitFor()
  await page.goBack()
  await page.getByRole('button', { name: 'Log in', exact: true }).waitFor()
  expect(await page.getByRole('button', { name: 'Log out', exact: true }).count()).toBe(0)
  await context.close()
})

test.each([
  ['desktop', 1280],
  ['phone', 360],
])('nothing of the demo is cut off on a %s', async (_name, width) => {
  const context = await browser.newContext({ viewport: { width, height: 800 } })
  const page = await open(context)
  await logIn(page, 'bob')
  await press(page, 'Call API')
  await page.getByRole('table', { name: 'Your orders' }).waitFor()
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(overflow).toBeLessThanOrEqual(0)
  await context.close()
})
