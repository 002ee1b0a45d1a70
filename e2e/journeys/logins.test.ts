import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import {
  chooseAccount,
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

const sessionCookie = async () => {
  const cookies = await context.cookies(system.origin)
  return cookies.find(({ name }) => name === '__Host-Http-coatcheck')?.value ?? ''
}

const storedSession = async (cookie: string) => {
  const entry = await system.store.get(`session:${cookie.split('.')[0]}`)
  // The sealed tokens follow the JSON.
  return JSON.parse(entry?.value.split('\n')[0] ?? 'null')
}

test('B26 logging in again while logged in leaves one session and no error', async () => {
  const page = await openApp(context, `${system.origin}/`)
  await logInAs(page, 'alice')
  const first = await sessionCookie()
  // The provider still knows who this is and answers at once.
  await logInAgain(page)
  const second = await sessionCookie()
  expect(second).not.toBe(first)
  expect(await stateOf(page)).toMatchObject({ status: 'authenticated' })
  expect((await storedSession(first)).ended.reason).toBe('replaced')
  expect((await storedSession(second)).login.subject).toBe('alice')
})

test('B23 opening the callback URL again shows no error to someone who is logged in', async () => {
  const page = await openApp(context, `${system.origin}/`)
  let callbackUrl = ''
  page.on('request', (request) => {
    if (request.url().includes('/bff/callback')) callbackUrl = request.url()
  })
  await logInAs(page, 'alice')
  const cookie = await sessionCookie()
  const exchanges = system.idp.counts()['token:authorization_code']
  await page.goto(callbackUrl)
  await untilReady(page)
  expect(page.url()).toBe(`${system.origin}/`)
  expect(await stateOf(page)).toMatchObject({ status: 'authenticated' })
  expect(system.idp.counts()['token:authorization_code']).toBe(exchanges)
  expect(await sessionCookie()).toBe(cookie)
})

test('going back to the provider and submitting once more ends logged in, without an error', async () => {
  const page = await openApp(context, `${system.origin}/`)
  await goToProvider(page)
  const loginPage = page.url()
  await chooseAccount(page, 'alice')
  await page.waitForURL(`${system.origin}/`)
  await untilReady(page)
  const cookie = await sessionCookie()
  await page.goto(loginPage)
  const account = page.getByRole('button', { name: /log in as alice/i })
  if (await account.isVisible()) await account.click()
  else await page.goto(`${system.origin}/`)
  await page.waitForLoadState('networkidle')
  if (!page.url().startsWith(system.origin)) await page.goto(`${system.origin}/`)
  await untilReady(page)
  expect(await stateOf(page)).toMatchObject({ status: 'authenticated' })
  expect(new URL(page.url()).search).toBe('')
  expect(await sessionCookie()).toBe(cookie)
})

test('a cancelled login is told as its reason and leaves the URL clean', async () => {
  const page = await openApp(context, `${system.origin}/page?tab=2#part`)
  await goToProvider(page)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.waitForURL(`${system.origin}/page?tab=2#part`)
  await untilReady(page)
  expect(await stateOf(page)).toEqual({ status: 'unauthenticated', reason: 'login_cancelled' })
})
