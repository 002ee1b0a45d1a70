import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Browser, type BrowserResponse, navigationHeaders } from '../testing/browser.ts'
import { createHarness, type Harness } from '../testing/harness.ts'

let harness: Harness

beforeEach(async () => {
  harness = await createHarness()
})
afterEach(() => harness.close())

const cookiesOf = (browser: Browser) =>
  [...browser.jar].map(([name, { value }]) => `${name}=${value}`).join('; ')

/** Callbacks of so many tabs, each with every cookie the browser had before the first answer. */
const startTabs = async (count: number, browser = harness.browser) => {
  const urls: string[] = []
  for (let tab = 0; tab < count; tab += 1)
    urls.push(await harness.startLogin('/bff/login', browser))
  const cookie = cookiesOf(browser)
  return urls.map(
    (url) => (subject?: string) =>
      browser.send(harness.callbackPath(url, subject), {
        headers: { ...navigationHeaders, 'sec-fetch-site': 'cross-site', cookie },
      }),
  )
}

const devices = async (browser = harness.browser) => {
  const answer = (await browser.get('/bff/sessions')).json()
  return answer.sessions as readonly { readonly current: boolean }[]
}

const isLoggedIn = async () =>
  (await harness.browser.get('/bff/session')).json().authenticated === true

test.each([2, 3, 10])(
  '%i tabs that log in at once leave one device and a working cookie',
  async (count) => {
    const tabs = await startTabs(count)
    const answers = await Promise.all(tabs.map((finish) => finish()))
    for (const { status, location } of answers) {
      expect([status, location]).toEqual([303, `${harness.origin}/`])
    }
    expect(await isLoggedIn()).toBe(true)
    expect(await devices()).toEqual([expect.objectContaining({ current: true })])
  },
)

test('tabs that finish one after the other without an answer between them share one session', async () => {
  const [first, second] = await startTabs(2)
  const one = await first?.()
  const session = harness.browser.jar.get('__Host-Http-coatcheck')?.value
  harness.advance(1)
  const two = await second?.()
  expect([one?.status, two?.status]).toEqual([303, 303])
  expect(harness.browser.jar.get('__Host-Http-coatcheck')?.value).toBe(session)
  expect((await devices()).length).toBe(1)
})

test('a session whose cookie never arrived is replaced by the next login of that browser', async () => {
  const [lost, next] = await startTabs(2)
  await lost?.()
  harness.advance(60)
  await next?.()
  expect(await isLoggedIn()).toBe(true)
  expect((await devices()).length).toBe(1)
})

test('a session that replaced another in all tabs at once leaves none behind', async () => {
  await harness.login()
  const tabs = await startTabs(4)
  await Promise.all(tabs.map((finish) => finish()))
  expect(await isLoggedIn()).toBe(true)
  expect((await devices()).length).toBe(1)
})

test('logins in two browsers at once have nothing to do with each other', async () => {
  const other = harness.newBrowser()
  const tabs = [...(await startTabs(1)), ...(await startTabs(1, other))]
  await Promise.all(tabs.map((finish) => finish()))
  expect((await devices()).length).toBe(2)
  expect((await devices(other)).length).toBe(2)
})

test('a session that was logged out meanwhile takes nobody along', async () => {
  const [first, second] = await startTabs(2)
  await first?.()
  await harness.browser.post('/bff/logout')
  await second?.()
  expect(await isLoggedIn()).toBe(true)
})

/** An answer that is on its way for longer than those that are sent after it. */
const holdBack = async (browser: Browser, send: () => Promise<BrowserResponse>) => {
  const before = [...browser.jar]
  browser.jar.clear()
  await send()
  const held = [...browser.jar]
  browser.jar.clear()
  for (const [name, cookie] of before) browser.jar.set(name, cookie)
  return () => {
    for (const [name, cookie] of held) browser.jar.set(name, cookie)
  }
}

test('an answer that comes late puts no dead cookie over that of a login after it', async () => {
  const { browser } = harness
  const urls = [await harness.startLogin(), await harness.startLogin(), await harness.startLogin()]
  const [first = '', second = '', third = ''] = urls.map((url) => harness.callbackPath(url))
  harness.advance(1)
  const cookie = cookiesOf(browser)
  const headers = { ...navigationHeaders, 'sec-fetch-site': 'cross-site', cookie }
  await browser.send(first, { headers })
  const arrive = await holdBack(browser, () => browser.send(second, { headers }))
  harness.advance(1)
  // The third tab knows the first one's session, and the second one's answer is still to come.
  await browser.navigate(third, 'cross-site')
  arrive()
  expect(await isLoggedIn()).toBe(true)
  expect(await devices()).toEqual([expect.objectContaining({ current: true })])
})

test('a login that began after the session was made replaces it, however soon it ends', async () => {
  const { browser } = harness
  await harness.login()
  const before = browser.jar.get('__Host-Http-coatcheck')?.value
  harness.advance(0.001)
  await harness.login()
  expect(browser.jar.get('__Host-Http-coatcheck')?.value).not.toBe(before)
  expect((await devices()).length).toBe(1)
})
