import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createMemoryStore, type Store } from '@coatcheck/store'
import { type Bff, createBff } from '../create-bff.ts'
import type { LogFields } from '../log.ts'
import type { BffOptions } from '../options.ts'
import { type Browser, type BrowserResponse, createBrowser } from './browser.ts'
import { createScriptedProvider, type ScriptedProvider } from './scripted-provider.ts'

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly fields: LogFields
  readonly message: string
}

/** A BFF on a real port with a provider, a store and a clock that the test holds. */
export interface Harness {
  readonly origin: string
  readonly provider: ScriptedProvider
  readonly bff: Bff
  readonly store: Store
  readonly log: readonly LogLine[]
  readonly browser: Browser
  /** A second browser with an empty jar. */
  newBrowser(): Browser
  now(): number
  advance(seconds: number): void
  /** Starts a login and returns the provider's authorization URL. */
  startLogin(path?: string, browser?: Browser): Promise<string>
  /** Path of the callback as the provider would answer that authorization URL. */
  callbackPath(authorizationUrl: string, subject?: string): string
  /** A whole login; resolves to the answer of the callback. */
  login(browser?: Browser, subject?: string): Promise<BrowserResponse>
  close(): Promise<void>
}

export interface HarnessOptions {
  readonly bff?: (standard: BffOptions) => BffOptions
  readonly store?: (now: () => number) => Store
}

export const sealingKey: string = Buffer.alloc(32, 7).toString('base64url')

export const createHarness = async (options: HarnessOptions = {}): Promise<Harness> => {
  // The protocol library reads the real clock, so the test's begins there.
  let time = Date.now()
  const now = () => time
  const provider = await createScriptedProvider(now)
  const store = options.store?.(now) ?? createMemoryStore({ now })
  const log: LogLine[] = []
  const write = (level: LogLine['level']) => (fields: LogFields, message: string) => {
    log.push({ level, fields, message })
  }
  const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) =>
    bff.callback(request, response),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`
  const standard: BffOptions = {
    publicUrl: origin,
    provider: {
      issuer: provider.issuer,
      clientId: provider.clientId,
      clientSecret: provider.clientSecret,
    },
    resources: {
      orders: { mode: 'token', audience: 'https://orders.example', scope: 'orders:read' },
    },
    store,
    sealingKeys: [sealingKey],
    now,
    log: { info: write('info'), warn: write('warn'), error: write('error') },
  }
  const bff = createBff(options.bff?.(standard) ?? standard)
  const browser = createBrowser(origin)

  const startLogin: Harness['startLogin'] = async (path = '/bff/login', from = browser) =>
    (await from.navigate(path)).location

  const callbackPath: Harness['callbackPath'] = (authorizationUrl, subject) => {
    const code = provider.issueCode(authorizationUrl, subject)
    const state = provider.authorizationRequest(authorizationUrl).get('state') ?? ''
    return `/bff/callback?${new URLSearchParams({ code, state, iss: provider.issuer })}`
  }

  return {
    origin,
    provider,
    bff,
    store,
    log,
    browser,
    newBrowser: () => createBrowser(origin),
    now,
    advance: (seconds) => {
      time += seconds * 1000
    },
    startLogin,
    callbackPath,
    login: async (from = browser, subject) => {
      const authorizationUrl = await startLogin('/bff/login', from)
      return from.navigate(callbackPath(authorizationUrl, subject), 'cross-site')
    },
    close: async () => {
      await bff.close()
      await provider.close()
      await new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      })
    },
  }
}
