import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createDevIdp, type DevIdp } from '@coatcheck/dev-idp'
import { createMemoryStore } from '@coatcheck/store'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bff, createBff } from '../create-bff.ts'
import { type Browser, createBrowser } from '../testing/browser.ts'
import { type EventStream, openEventStream } from '../testing/event-stream.ts'
import { sealingKey } from '../testing/harness.ts'

let server: Server
let idp: DevIdp
let bff: Bff
let origin: string
const streams: EventStream[] = []

beforeAll(async () => {
  server = createServer((request, response) => bff.callback(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  origin = `http://localhost:${port}`
  idp = await createDevIdp({
    clients: [
      {
        clientId: 'app',
        clientSecret: 'a-secret-of-the-app',
        redirectUris: [`${origin}/bff/callback`],
        backchannelLogoutUri: `http://127.0.0.1:${port}/bff/backchannel-logout`,
      },
    ],
    resources: [{ audience: 'https://orders.example', scope: 'orders:read' }],
  })
  bff = createBff({
    publicUrl: origin,
    provider: { issuer: idp.issuer, clientId: 'app', clientSecret: 'a-secret-of-the-app' },
    resources: {
      orders: { mode: 'token', audience: 'https://orders.example', scope: 'orders:read' },
    },
    store: createMemoryStore(),
    sealingKeys: [sealingKey],
  })
})
afterAll(async () => {
  for (const stream of streams) stream.close()
  await bff.close()
  await idp.close()
  await new Promise((resolve) => {
    server.close(resolve)
    server.closeAllConnections()
  })
})

/** Chooses an account at the provider as a browser without scripts does; resolves to the callback. */
const chooseAccount = async (start: string, username: string): Promise<string> => {
  const cookies = new Map<string, string>()
  let url = new URL(start)
  let body: URLSearchParams | undefined
  while (url.origin === idp.issuer) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const request: RequestInit = body === undefined ? {} : { method: 'POST', body }
    const response = await fetch(url, { ...request, redirect: 'manual', headers: { cookie } })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    const action = /<form[^>]* action="([^"]+)"/.exec(await response.text())?.[1]
    body = location === null ? new URLSearchParams({ account: username }) : undefined
    url = new URL(location ?? action ?? '', url)
  }
  return url.href
}

const logIn = async (username: string): Promise<Browser> => {
  const browser = createBrowser(origin)
  const { location } = await browser.navigate('/bff/login')
  const url = await chooseAccount(location, username)
  await browser.navigate(url.slice(origin.length), 'cross-site')
  return browser
}

const sessionOf = async (browser: Browser) => (await browser.get('/bff/session')).json()

test('B110 B111 a real provider ends the sessions of its user, and every tab learns of it', async () => {
  const [laptop, phone, bob] = [await logIn('alice'), await logIn('alice'), await logIn('bob')]
  expect(await sessionOf(phone)).toMatchObject({ authenticated: true })
  const tab = await openEventStream({ origin, browser: phone })
  streams.push(tab)
  const ended = await idp.endUserSession('alice')
  expect(ended).toEqual({ sessions: 2, delivered: 2, failed: 0 })
  expect(await tab.next()).toEqual({ event: 'session.ended', data: { reason: 'revoked' } })
  for (const browser of [laptop, phone]) {
    expect(await sessionOf(browser)).toEqual({ authenticated: false, reason: 'revoked' })
  }
  expect(await sessionOf(bob)).toMatchObject({ authenticated: true, user: { sub: 'bob' } })
})
