import { type Demo, startDemo } from '@coatcheck/demo'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { chooseAccount } from '../support/pages.ts'

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
  await page.goto(demo.url)
  await page.getByRole('button', { name: 'Log in', exact: true }).click()
  await page.waitForURL(/^http:\/\/127\.0\.0\.1/)
  await chooseAccount(page, 'alice')
  await page.waitForURL(`${demo.url}/`)
  await page.getByText('admin', { exact: true }).first().waitFor()
  await page.getByRole('button', { name: 'Call admin API', exact: true }).click()
  await expect.poll(() => statuses).toEqual([403])
  await context.close()
})
