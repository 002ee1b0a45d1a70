import { type Demo, startDemo } from '@coatcheck/demo'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'

const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1'
const windows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0'

let browser: Browser
let demo: Demo
let contexts: BrowserContext[] = []

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  demo = await startDemo({ port: 0, log: { info: () => {}, warn: () => {}, error: () => {} } })
})
afterEach(async () => {
  await Promise.all(contexts.map((context) => context.close()))
  contexts = []
  await demo.close()
})

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

/** Alice, logged in with a browser of her own that calls itself `userAgent`. */
const logInWith = async (userAgent: string): Promise<Page> => {
  const context = await browser.newContext({ userAgent })
  contexts.push(context)
  const page = await context.newPage()
  await page.goto(demo.url)
  await button(page, 'Log in').click()
  await page.getByRole('button', { name: /^log in as alice/i }).click()
  await page.waitForURL(`${demo.url}/`)
  await button(page, 'Call API').waitFor()
  return page
}

const devices = (page: Page) => page.getByRole('list', { name: 'My devices' }).getByRole('listitem')

const notice = (page: Page) => page.getByRole('status', { name: 'Notice' })

const showDevices = async (page: Page) => {
  await button(page, 'Show my devices').click()
  await devices(page).first().waitFor()
}

/** Status and body of a call of the page's own script to the BFF. */
const callBff = (page: Page, method: 'GET' | 'POST', path: string) =>
  page.evaluate(
    async ([verb, at]) => {
      const response = await fetch(`/bff${at}`, {
        method: verb,
        headers: { 'X-CSRF': '1', 'content-type': 'application/json' },
        body: verb === 'POST' ? '{}' : null,
      })
      return { status: response.status, body: await response.json() }
    },
    [method, path] as const,
  )

/** Opens the event stream of the page's session; what it says until it closes comes later. */
const openEvents = async (page: Page): Promise<() => Promise<string>> => {
  await page.evaluate(async () => {
    const response = await fetch('/bff/events', { headers: { 'X-CSRF': '1' } })
    Object.assign(globalThis, { events: response })
  })
  return () => page.evaluate(() => (globalThis as unknown as { events: Response }).events.text())
}

/** The API refuses the token from now on, so that the next call needs the refresh token. */
const renewByCall = async (page: Page): Promise<number> => {
  await button(page, 'Break my token').click()
  await page.getByText('The API refuses your token from now on.').waitFor()
  const renewal = page.waitForResponse((response) => response.url().endsWith('/bff/token'))
  await button(page, 'Call API').click()
  await page.getByRole('table', { name: 'Your orders' }).waitFor()
  return (await renewal).status()
}

test('B51 B101 a session ended from another device is over at once, says why, and is revoked', async () => {
  const desktop = await logInWith(windows)
  const phone = await logInWith(iphone)
  const heard = await openEvents(phone)

  await showDevices(desktop)
  expect(await devices(desktop).allTextContents()).toEqual([
    expect.stringMatching(/^Firefox on WindowsThis deviceLast seen just now, logged in \w/),
    expect.stringMatching(/^Safari on iOSLast seen just now, logged in \w/),
  ])
  const revocations = demo.idp.counts().revocation ?? 0
  await button(desktop, 'End this session').click()
  await desktop.getByText('Safari on iOS is logged out.').waitFor()
  expect(await devices(desktop).count()).toBe(1)

  // The open page of the other device hears of it without asking.
  expect(await heard()).toContain('event: session.ended\ndata: {"reason":"logout"}')
  const token = await callBff(phone, 'POST', '/token')
  expect(token).toMatchObject({ status: 401, body: { reason: 'logout', retry: 'login' } })
  expect(await callBff(phone, 'GET', '/session')).toEqual({
    status: 200,
    body: { authenticated: false, reason: 'logout' },
  })
  await phone.reload()
  await button(phone, 'Log in').waitFor()
  expect(await notice(phone).textContent()).toBe('You are logged out.')
  await expect.poll(() => demo.idp.counts().revocation ?? 0).toBe(revocations + 1)
  expect(await renewByCall(desktop)).toBe(200)
})

test('a page whose session was ended elsewhere shows so at its next press', async () => {
  const desktop = await logInWith(windows)
  const phone = await logInWith(iphone)
  await showDevices(phone)
  await showDevices(desktop)
  await button(desktop, 'End this session').click()
  await desktop.getByText('Safari on iOS is logged out.').waitFor()
  await button(phone, 'Refresh').click()
  await button(phone, 'Log in').waitFor()
  expect(await notice(phone).textContent()).toBe('You are logged out.')
})

test('after a restart of the BFF over the same file sessions live on, and ended ones stay ended', async () => {
  const desktop = await logInWith(windows)
  const phone = await logInWith(iphone)
  await showDevices(desktop)
  await button(desktop, 'End this session').click()
  await desktop.getByText('Safari on iOS is logged out.').waitFor()
  const tablet = await logInWith(iphone)

  await demo.restartBff()

  expect(await callBff(phone, 'GET', '/session')).toMatchObject({
    body: { authenticated: false, reason: 'logout' },
  })
  for (const page of [desktop, tablet]) {
    await page.reload()
    await button(page, 'Call API').waitFor()
    // The refresh token came through as well.
    expect(await renewByCall(page)).toBe(200)
  }
  await showDevices(tablet)
  expect(await devices(tablet).allTextContents()).toEqual([
    expect.stringContaining('Safari on iOSThis device'),
    expect.stringContaining('Firefox on Windows'),
  ])
})

test('the one device is said to be the only one, and can be logged out from the list', async () => {
  const page = await logInWith(windows)
  await showDevices(page)
  expect(await devices(page).count()).toBe(1)
  await page.getByText('You are logged in nowhere else.').waitFor()
  await button(page, 'Log out here').click()
  await button(page, 'Log in').waitFor()
  expect(await callBff(page, 'GET', '/session')).toMatchObject({ body: { authenticated: false } })
})

test.each([
  [
    'a store that is away',
    { status: 503, body: '{"code":"store_unavailable","retry":"later","retryAfterSeconds":5}' },
    'The session store cannot be reached at the moment. Try again in 5 seconds.',
  ],
  ['a page of a proxy', { status: 200, body: '<html>' }, 'Something else than the BFF answered.'],
  [
    'a list of something else',
    { status: 200, body: '{"sessions":[{"sid":1}]}' },
    'Something else than the BFF answered.',
  ],
])(
  '%s is said in words, nobody is logged out, and a second try shows the list',
  async (_name, answer, sentence) => {
    const page = await logInWith(windows)
    await page.route('**/bff/sessions', (route) => route.fulfill(answer))
    await button(page, 'Show my devices').click()
    await page.getByText(sentence).waitFor()
    await page.unroute('**/bff/sessions')
    await button(page, 'Try again').click()
    await devices(page).first().waitFor()
    expect(await page.getByText(sentence).count()).toBe(0)
  },
)

test('nothing of the list is cut off on a phone', async () => {
  const page = await logInWith(iphone)
  await logInWith(windows)
  await page.setViewportSize({ width: 320, height: 700 })
  await showDevices(page)
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(overflow).toBeLessThanOrEqual(0)
})
