import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'

const app = `
  import { createAuthClient } from '@coatcheck/client'
  import { mountDevtools } from '@coatcheck/client/devtools'
  globalThis.violations = []
  addEventListener('securitypolicyviolation', ({ violatedDirective }) => violations.push(violatedDirective))
  const auth = createAuthClient({ resources: { orders: { origin: location.origin } } })
  mountDevtools(auth)
`

const page =
  '<!doctype html><title>App</title><h1>App</h1><script type="module" src="/app.js"></script>'

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const session = {
  authenticated: true,
  user: { sub: 'alice', name: 'Alice' },
  session: { sid: 'sid-1', expiresInSeconds: 900_000, idleExpiresInSeconds: 3600 },
  token: {
    access_token: 'secret-token',
    token_type: 'Bearer',
    expires_in: 300,
    resource: 'orders',
  },
}

let browser: Browser
let server: Server
let origin: string

beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: { contents: app, resolveDir: fileURLToPath(new URL('..', import.meta.url)) },
    bundle: true,
    write: false,
    format: 'esm',
  })
  const answers: Readonly<Record<string, readonly [type: string, body: string]>> = {
    '/': ['text/html', page],
    '/app.js': ['text/javascript', outputFiles[0]?.text ?? ''],
    '/bff/session': ['application/json', JSON.stringify(session)],
  }
  server = createServer(({ url = '' }, response) => {
    const [type, body] = answers[url.split('?')[0] ?? ''] ?? ['text/plain', '']
    response.writeHead(200, { 'content-type': type, 'content-security-policy': policy }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
  server?.closeAllConnections()
  server?.close()
})

const factsOf = (tab: Page): Promise<string | null> =>
  tab.locator('coatcheck-devtools dl').textContent()

test('C19 the devtools run under a strict policy and Trusted Types, by keyboard, in two tabs', async () => {
  const context = await browser.newContext({ viewport: { width: 360, height: 640 } })
  const tab = await context.newPage()
  await tab.goto(origin)
  const toggle = tab.getByRole('button', { name: 'Coatcheck · authenticated' })
  await toggle.waitFor()
  await tab.keyboard.press('Tab')
  await tab.keyboard.press('Enter')
  const panel = tab.getByRole('region', { name: 'Coatcheck' })
  const box = await panel.boundingBox()
  expect(box && box.x >= 0 && box.x + box.width <= 360).toBe(true)
  await tab.getByRole('progressbar', { name: 'Life left: orders' }).waitFor()
  expect(await panel.evaluate((element) => getComputedStyle(element).borderRadius)).toBe('12px')

  const other = await context.newPage()
  await other.goto(origin)
  await expect.poll(() => factsOf(tab)).toMatch(/Tabs2$/)
  await other.close({ runBeforeUnload: true })
  await expect.poll(() => factsOf(tab), { timeout: 60_000 }).toMatch(/Tabs1$/)

  await tab.bringToFront()
  await tab.keyboard.press('Escape')
  expect(await panel.isVisible()).toBe(false)
  const violations = await tab.evaluate(
    () => (globalThis as unknown as { violations: string[] }).violations,
  )
  expect(violations).toEqual([])
  const shown = await tab.evaluate(
    () => document.querySelector('coatcheck-devtools')?.shadowRoot?.textContent,
  )
  for (const word of ['secret-token', 'alice', 'Alice']) expect(shown).not.toContain(word)
  await context.close()
})
