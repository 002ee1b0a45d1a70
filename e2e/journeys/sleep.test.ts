import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { type AppGlobals, logInAs, openApp } from '../support/pages.ts'
import { type System, startSystem } from '../support/start-system.ts'

let browser: Browser
let system: System

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  system = await startSystem()
})
afterEach(() => system.close())

test('C10 a token that expired while the machine slept is renewed before the first API call', async () => {
  const context = await browser.newContext()
  // In suspend the wall clock goes on and performance.now() stands still.
  await context.addInitScript(() => {
    const { now } = Date
    const sleep = { ms: 0 }
    Object.assign(globalThis, { sleep })
    Date.now = () => now() + sleep.ms
  })
  const page = await openApp(context, `${system.origin}/`)
  await logInAs(page, 'alice')
  const callApi = () =>
    page.evaluate(async (origin) => {
      const { auth } = globalThis as unknown as AppGlobals
      return (await auth.fetch(`${origin}/orders`)).status
    }, system.api.origin)
  expect(await callApi()).toBe(200)
  const [before] = system.api.calls
  system.idp.resetCounts()
  system.bffRequests.length = 0

  const twoHours = 2 * 60 * 60
  system.advanceBff(twoHours)
  await page.evaluate((seconds) => {
    const { sleep } = globalThis as unknown as { sleep: { ms: number } }
    sleep.ms = seconds * 1000
  }, twoHours)
  expect(await callApi()).toBe(200)

  const [, after] = system.api.calls
  expect(system.api.calls.map(({ status }) => status)).toEqual([200, 200])
  expect(after?.tokenHash).not.toBe(before?.tokenHash)
  expect(system.idp.counts()['token:refresh_token']).toBe(1)
  await context.close()
})
