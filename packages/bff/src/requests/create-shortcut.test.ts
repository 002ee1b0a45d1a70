import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StoreError } from '@coatcheck/store'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Bff } from '../create-bff.ts'
import { createBff } from '../create-bff.ts'
import { type BrowserResponse, fetchHeaders } from '../testing/browser.ts'
import { createHarness, type Harness } from '../testing/harness.ts'
import { createRecordingStore, type RecordingStore } from '../testing/recording-store.ts'

let harness: Harness
let store: RecordingStore

beforeAll(async () => {
  harness = await createHarness({
    store: (now) => {
      store = createRecordingStore(now)
      return store
    },
  })
  await harness.login()
})
afterAll(() => harness.close())

const cookies = () => [...harness.browser.jar].map(([name, { value }]) => `${name}=${value}`)

const headersOf = (changes: Readonly<Record<string, string>> = {}) => ({
  ...fetchHeaders(harness.origin),
  'content-type': 'application/json',
  cookie: cookies().join('; '),
  ...changes,
})

const ask = (path: string, changes: Readonly<Record<string, string>> = {}, body = '{}') =>
  harness.browser.send(path, { method: 'POST', headers: headersOf(changes), body })

/** What an answer says, but for what is its own: the time, and the name of a failure. */
const told = ({ status, headers, text }: BrowserResponse) => {
  const {
    date,
    'content-length': length,
    ...others
  } = JSON.parse(JSON.stringify(headers instanceof Headers ? Object.fromEntries(headers) : headers))
  return { status, headers: others, text: text.replace(/"correlationId":"[\w-]+"/, '') }
}

const bodies = [
  ['a good request', {}, '{}'],
  ['another resource than any', {}, '{"resource":"nobody’s"}'],
  ['a body that is not JSON', {}, '{'],
  ['a body that is too long', {}, JSON.stringify({ resource: 'x'.repeat(100_000) })],
  ['a member that is unknown', {}, '{"resources":"orders"}'],
  ['no header of the script', { 'x-csrf': '' }, '{}'],
  ['another origin', { origin: 'https://evil.example' }, '{}'],
  ['another site', { 'sec-fetch-site': 'cross-site' }, '{}'],
  ['no session', { cookie: '' }, '{}'],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'a=1'],
] as const

// A query makes the path another one than the shortcut is for, and changes nothing else.
test.each(bodies)('%s is answered the same on the short way as on the long one', async (...row) => {
  const [, changes, body] = row
  const short = told(await ask('/bff/token', changes, body))
  expect(short).toEqual(told(await ask('/bff/token?long', changes, body)))
  expect(short.headers['cache-control']).toBe('no-store')
  expect(short.headers['content-security-policy']).toContain("default-src 'none'")
})

test('B52 a store that fails is a 503 on the short way, and is logged once', async () => {
  const before = harness.log.length
  store.before = () => {
    throw new StoreError('store_unavailable', 'gone')
  }
  const { status, headers } = await ask('/bff/token')
  store.before = () => {}
  expect(status).toBe(503)
  expect(JSON.stringify(headers)).toContain('no-store')
  const failed = harness.log.slice(before).filter(({ fields }) => fields.event === 'request.failed')
  expect(failed.length).toBe(1)
  expect((await ask('/bff/token')).status).toBe(200)
})

test('a caller that hangs up before its answer takes nothing else down', async () => {
  const { port } = new URL(harness.origin)
  const hungUp = new Promise<void>((resolve) => {
    store.before = async () => {
      store.before = () => {}
      sent.destroy()
      await new Promise((closed) => sent.once('close', closed))
      resolve()
    }
  })
  const sent = request({
    port,
    host: '127.0.0.1',
    method: 'POST',
    path: '/bff/token',
    headers: headersOf(),
  })
  sent.on('error', () => {})
  sent.end('{}')
  await hungUp
  expect((await ask('/bff/token')).status).toBe(200)
})

test('headers that were set before the BFF was called survive, and the safe ones stand', async () => {
  let bff: Bff | undefined
  const server = createServer((incoming, response) => {
    response.setHeader('X-Host', 'kept')
    response.setHeader('Vary', 'Accept-Encoding')
    response.setHeader('Cache-Control', 'public')
    bff?.callback(incoming, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  bff = createBff({
    publicUrl: harness.origin,
    provider: { issuer: harness.provider.issuer, clientId: 'app', clientSecret: 's'.repeat(43) },
    resources: { orders: { mode: 'token', scope: 'orders:read' } },
    store: harness.store,
    sealingKeys: [Buffer.alloc(32, 7).toString('base64url')],
  })
  const response = await fetch(`${origin}/bff/token`, {
    method: 'POST',
    headers: headersOf(),
    body: '{}',
  })
  const names = ['x-host', 'vary', 'cache-control', 'content-type']
  expect(names.map((name) => response.headers.get(name))).toEqual([
    'kept',
    'Accept-Encoding, Sec-Fetch-Site, Origin',
    'no-store',
    'application/json; charset=utf-8',
  ])
  expect(response.status).toBe(200)
  await bff.close()
  server.closeAllConnections()
  server.close()
})
