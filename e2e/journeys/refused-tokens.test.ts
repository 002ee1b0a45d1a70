import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { type AppGlobals, logInAs, openApp, stateOf } from '../support/pages.ts'
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

/** Sends `count` POSTs at once, each with a body of its own, and returns status and echoed body. */
const postMany = (count: number) =>
  page.evaluate(
    async ([origin, total]) => {
      const { auth } = globalThis as unknown as AppGlobals
      const send = async (index: number) => {
        const body = `body ${index} ${'é'.repeat(index)}`
        const response = await auth.fetch(`${origin}/orders`, { method: 'POST', body })
        return { status: response.status, sent: body }
      }
      return Promise.all(Array.from({ length: total }, (_, index) => send(index)))
    },
    [system.api.origin, count] as const,
  )

test('C08 fifty parallel POSTs against a refused token cost one renewal and lose no body', async () => {
  await postMany(1)
  system.api.refuse('presented')
  system.api.reset()
  system.idp.resetCounts()
  const answers = await postMany(50)
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200))
  expect(system.idp.counts()['token:refresh_token']).toBe(1)
  expect(system.api.calls).toHaveLength(100)
  const accepted = system.api.calls.filter(({ status }) => status === 200)
  const received = accepted.map(({ body }) => Buffer.from(body, 'latin1').toString('utf8')).sort()
  expect(received).toEqual(answers.map(({ sent }) => sent).sort())
  expect(new Set(accepted.map(({ tokenHash }) => tokenHash)).size).toBe(1)
})

test('C07 an API that always refuses gets its 401 through after bounded renewals', async () => {
  system.api.refuse('all')
  system.idp.resetCounts()
  for (let round = 0; round < 5; round += 1) {
    const [answer] = await postMany(1)
    expect(answer?.status).toBe(401)
  }
  expect(system.idp.counts()['token:refresh_token']).toBeLessThanOrEqual(2)
  expect(system.api.calls.length).toBeLessThanOrEqual(10)
  expect(await stateOf(page)).toMatchObject({ status: 'authenticated' })
})
