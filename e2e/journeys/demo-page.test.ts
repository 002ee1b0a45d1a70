import { type Demo, startDemo } from '@coatcheck/demo'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { chooseAccount } from '../support/pages.ts'
import { recordViolations } from '../support/violations.ts'

let browser: Browser
let demo: Demo

beforeAll(async () => {
  browser = await launchBrowser()
  demo = await startDemo({ port: 0, log: { info: () => {}, warn: () => {}, error: () => {} } })
})
afterAll(async () => {
  await browser?.close()
  await demo?.close()
})

const logIn = async (page: Page): Promise<void> => {
  await page.goto(demo.url)
  await page.getByRole('button', { name: 'Log in', exact: true }).click()
  await page.waitForURL(/^http:\/\/127\.0\.0\.1/)
  await chooseAccount(page, 'alice')
  await page.waitForURL(`${demo.url}/`)
}

test('C25 a role that was forged in the browser shows there and opens no API', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  // As whoever owns the browser can: the BFF's answer says admin, so the page believes it.
  await page.route('**/bff/session?*', async (route) => {
    const response = await route.fetch()
    const answer = await response.json()
    if (answer.authenticated) answer.user.roles = ['admin']
    await route.fulfill({ response, json: answer })
  })
  const statuses: number[] = []
  page.on('response', (response) => {
    const isCall = response.request().method() === 'GET'
    if (isCall && response.url() === `${demo.apiUrl}/admin/report`) statuses.push(response.status())
  })
  await logIn(page)
  await page.getByText('admin', { exact: true }).first().waitFor()
  await page.getByRole('button', { name: 'Call admin API', exact: true }).click()
  await expect.poll(() => statuses).toEqual([403])
  await context.close()
})

test.each([1280, 360])(
  'C19 the panel of the demo breaks no policy and covers nothing, %i pixels wide',
  async (width) => {
    const context = await browser.newContext({ viewport: { width, height: 740 } })
    const page = await context.newPage()
    const violations = await recordViolations(page)
    await logIn(page)
    const toggle = page.getByRole('button', { name: /^Coatcheck · authenticated/ })
    await toggle.waitFor()
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight))
    const top = (await toggle.boundingBox())?.y ?? 0
    const footer = await page.locator('footer').evaluate((element) => {
      const words = document.createRange()
      words.selectNodeContents(element)
      return words.getBoundingClientRect().bottom
    })
    expect(footer).toBeLessThanOrEqual(top)
    await toggle.click()
    await page.getByRole('button', { name: 'Copy report' }).waitFor()
    const cutOff = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement
      return scrollWidth - clientWidth
    })
    expect(cutOff).toBeLessThanOrEqual(0)
    expect(violations).toEqual([])
    await context.close()
  },
)
