import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchBrowser, readEverythingStored } from '../support/browser.ts'
import { type AppGlobals, logInAs, openApp, stateOf } from '../support/pages.ts'
import { type System, startSystem } from '../support/start-system.ts'
import { recordViolations } from '../support/violations.ts'

let browser: Browser
let context: BrowserContext
let system: System

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

/** A page of its own, whose script is a file: `head` runs after the import of the client. */
const servePage = (path: string, script: string, headers?: Record<string, string>): void => {
  const page = `<!doctype html><html lang="en"><title>App</title><h1>App</h1>
<script type="module" src="${path}.js"></script></html>`
  const imports = "import { createAuthClient } from '/client/index.js'\n"
  system.serve(path, 'text/html', page, headers)
  system.serve(`${path}.js`, 'text/javascript', imports + script)
}

/** Requests as `method host path`: all of them, and those that came with a token. */
const startRecorder = async () => {
  const all: string[] = []
  const withToken: string[] = []
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { method, url = '', headers } = request
    const { host = '', authorization } = headers
    all.push(`${method} ${host} ${url}`)
    if (authorization !== undefined) withToken.push(`${method} ${host} ${url}`)
    response.setHeader('access-control-allow-origin', headers.origin ?? '*')
    response.setHeader('access-control-allow-headers', 'authorization')
    const [, status, target] = /^\/redirect\/(\d+)\?to=(.+)$/.exec(url) ?? []
    const isRedirect = target !== undefined && method !== 'OPTIONS'
    if (isRedirect) response.setHeader('location', decodeURIComponent(target))
    response.writeHead(isRedirect ? Number(status) : 200).end()
  }
  const server: Server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { port: (server.address() as AddressInfo).port, all, withToken, close }
}

/** Calls the address by the page's client; what becomes of the call does not matter. */
const call = (page: Page, address: string): Promise<unknown> =>
  page.evaluate(
    (url) =>
      (globalThis as unknown as AppGlobals).auth.fetch(url).then(
        () => 'answered',
        () => 'refused',
      ),
    address,
  )

test('C04 C05 C22 no look-alike origin, no redirect and no plain http ever sees a token', async () => {
  const listed = await startRecorder()
  const other = await startRecorder()
  try {
    const home = `http://localhost:${listed.port}`
    servePage(
      '/page',
      `const resources = {
        orders: { origin: '${home}' },
        secure: { origin: 'https://localhost:${other.port}' },
      }
      globalThis.auth = createAuthClient({ resources })
      globalThis.create = (origin) => createAuthClient({ resources: { plain: { origin } } })`,
    )
    const page = await openApp(context, `${system.origin}/page`)
    await logInAs(page, 'alice')

    expect(await call(page, `${home}/listed`)).toBe('answered')
    expect(listed.withToken).toEqual([`GET localhost:${listed.port} /listed`])
    listed.withToken.length = 0

    const lookAlikes = [
      `http://127.0.0.1:${listed.port}/other-name`,
      `http://api.localhost:${listed.port}/subdomain`,
      `http://localhost.localhost:${listed.port}/suffix`,
      `http://localhost:${other.port}/other-port-and-downgrade`,
      `//127.0.0.1:${listed.port}/without-scheme`,
      `http://localhost:${listed.port}@127.0.0.1:${other.port}/user`,
      `http://localhost%2e:${listed.port}/dot`,
    ]
    for (const address of lookAlikes) await call(page, address)
    expect([...listed.withToken, ...other.withToken]).toEqual([])
    // They are told apart, not unreachable.
    expect([...listed.all, ...other.all].length).toBeGreaterThanOrEqual(5)

    for (const status of [301, 302, 303, 307, 308]) {
      for (const target of [`http://127.0.0.1:${other.port}/stolen`, `${home}/same`]) {
        const address = `${home}/redirect/${status}?to=${encodeURIComponent(target)}`
        expect(await call(page, address)).toBe('refused')
      }
    }
    // The listed origin saw the token at the first step of each, and nobody at a second one.
    expect(listed.withToken).toHaveLength(10)
    expect(listed.withToken.filter((seen) => !seen.includes('/redirect/'))).toEqual([])
    expect(other.withToken).toEqual([])

    const code = await page.evaluate(() => {
      const { create } = globalThis as unknown as { create(origin: string): unknown }
      try {
        return create('http://api.example')
      } catch (error) {
        return (error as { code: string }).code
      }
    })
    expect(code).toBe('invalid_options')
  } finally {
    await listed.close()
    await other.close()
  }
})

test('C19 the client and the functions over it break no strict policy with Trusted Types', async () => {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `connect-src 'self' ${system.api.origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
  servePage(
    '/page',
    `const names = ['popup', 'step-up', 'live', 'devices', 'diagnose', 'guard', 'devtools']
    const load = async (name) => [name, await import('/client/' + name + '/index.js')]
    globalThis.functions = Object.fromEntries(await Promise.all(names.map(load)))
    const resources = { orders: { origin: '${system.api.origin}' } }
    globalThis.auth = createAuthClient({ resources })`,
    { 'content-security-policy': policy },
  )
  const page = await context.newPage()
  const violations = await recordViolations(page)
  await page.goto(`${system.origin}/page`)
  await page.waitForFunction(() => 'auth' in globalThis)
  await logInAs(page, 'alice')
  system.api.refuse('presented')
  const devices = await page.evaluate(async (origin) => {
    const { auth, functions } = globalThis as unknown as {
      auth: AppGlobals['auth']
      functions: Record<string, Record<string, (...given: unknown[]) => unknown>>
    }
    const { devtools, diagnose, live, devices: list, 'step-up': stepUp } = functions
    devtools?.mountDevtools?.(auth)
    const panel = document.querySelector('coatcheck-devtools')?.shadowRoot
    panel?.querySelector('button')?.click()
    diagnose?.createDiagnosis?.(auth)
    live?.startLive?.(auth)
    const fetch = stepUp?.createStepUpFetch?.(auth) as typeof globalThis.fetch
    await fetch(`${origin}/orders`)
    await auth.fetch(`${origin}/orders`, { method: 'POST', body: 'one' })
    return list?.listDevices?.(auth)
  }, system.api.origin)
  expect(devices).toHaveLength(1)
  expect(await page.getByRole('button', { name: 'Copy report' }).isVisible()).toBe(true)
  await page.evaluate(() => (globalThis as unknown as AppGlobals).auth.logout({ provider: 'keep' }))
  expect(violations).toEqual([])

  // What the policy forbids would have been seen.
  await page.evaluate(() => {
    try {
      document.body.innerHTML = '<b>bold</b>'
    } catch {}
  })
  await expect.poll(() => violations.length).toBeGreaterThan(0)
})

test('C18 a client in a worker is refused, asks nothing and leaves nothing in any storage', async () => {
  system.serve(
    '/worker.js',
    'text/javascript',
    `import { createAuthClient } from '/client/index.js'
    const origin = '${system.api.origin}'
    const auth = createAuthClient({ resources: { orders: { origin } } })
    const codeOf = (promise) => promise.then(() => 'had it', ({ code }) => code)
    postMessage([
      await codeOf(auth.getAccessToken()),
      await codeOf(auth.fetch(origin + '/orders')),
      auth.getState().status,
    ])`,
  )
  const page = await openApp(context, `${system.origin}/`)
  await logInAs(page, 'alice')
  system.bffRequests.length = 0
  const told = await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const worker = new Worker('/worker.js', { type: 'module' })
        worker.addEventListener('message', ({ data }) => resolve(data))
        worker.addEventListener('error', () => reject(new Error('The worker failed.')))
      }),
  )
  expect(told).toEqual(['not_in_browser', 'not_in_browser', 'loading'])
  expect(system.bffRequests).toEqual([])
  expect(system.api.calls).toEqual([])
  expect(system.tokens.findIn(await readEverythingStored(page))).toBeUndefined()
  expect(await stateOf(page)).toMatchObject({ status: 'authenticated' })
})
