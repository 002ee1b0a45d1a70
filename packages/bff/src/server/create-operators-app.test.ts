import { createMemoryStore, type Store, StoreError } from '@coatcheck/store'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, type Served, serve } from '../testing/served.ts'

const token = 'operators-token-of-at-least-32-characters'

let plain: Served
let guarded: Served
beforeAll(async () => {
  plain = await serve()
  guarded = await serve({
    file: (standard) => ({ ...standard, operators: { port: 0, bearerToken: token } }),
  })
})
afterAll(() => Promise.all([plain.close(), guarded.close()]))

const paths = ['/livez', '/readyz', '/metrics']

test('on loopback the operators ask without a token', async () => {
  const served = await serve()
  for (const path of paths) {
    const answer = await ask(served.operators, path)
    expect(answer.status, path).toBe(200)
    expect(answer.headers['cache-control'], path).toBe('no-store')
    expect(answer.headers['x-content-type-options'], path).toBe('nosniff')
  }
  expect((await ask(served.operators, '/readyz')).text).toBe('{"status":"ok"}')
  await served.close()
})

test.each([
  ['another site', { origin: 'https://evil.example' }],
  ['a script of another site', { 'sec-fetch-site': 'cross-site' }],
  ['a name that was bound to this machine', { host: 'evil.example' }],
  ['the same name on our port', { host: 'evil.example:3001' }],
  ['the app itself', { 'sec-fetch-site': 'same-site' }],
])('B121 the metrics are not for %s', async (_who, headers) => {
  const answer = await ask(plain.operators, '/metrics', { headers })
  expect(answer.status).toBe(403)
  expect(answer.text).toBe('Forbidden')
})

test.each([
  ['no token', {}],
  ['another token', { authorization: `Bearer ${token}x` }],
  ['a shorter token', { authorization: `Bearer ${token.slice(0, -1)}` }],
  ['an empty token', { authorization: 'Bearer ' }],
  ['the token as a password', { authorization: `Basic ${btoa(`:${token}`)}` }],
  ['the token without its scheme', { authorization: token }],
])('with %s the metrics are refused', async (_name, headers) => {
  const answer = await ask(guarded.operators, '/metrics', { headers })
  expect(answer.status).toBe(401)
  expect(answer.headers['www-authenticate']).toMatch(/^Bearer/)
  expect(answer.text).not.toContain('coatcheck_')
})

test('with the token the metrics are read, and health needs none', async () => {
  const headers = { authorization: `Bearer ${token}` }
  expect((await ask(guarded.operators, '/metrics', { headers })).status).toBe(200)
  expect((await ask(guarded.operators, '/livez')).status).toBe(200)
  expect((await ask(guarded.operators, '/readyz')).status).toBe(200)
})

test.each(['/', '/metrics/', '/admin', '/%6detrics', '/../metrics', '/__proto__'])(
  'there is nothing at %s',
  async (path) => {
    expect((await ask(plain.operators, path)).status).toBe(404)
  },
)

test('operators and app do not answer for each other', async () => {
  const served = await serve()
  for (const path of paths) expect((await ask(served.origin, path)).status, path).toBe(404)
  for (const path of ['/bff/session', '/index.html']) {
    expect((await ask(served.operators, path)).status, path).toBe(404)
  }
  await served.close()
})

test('metrics count by route, and no path of a client becomes a label', async () => {
  const served = await serve()
  await ask(served.origin, '/made-up-by-a-client')
  await ask(served.origin, '/logo.svg')
  await ask(served.origin, '/bff/made-up')
  await ask(served.origin, '/', { method: 'PURGE' })
  await served.login()
  await served.browser.get('/bff/session')
  const { text } = await ask(served.operators, '/metrics')
  expect(text).toContain('route="bff/session",method="GET",status="200"')
  expect(text).toContain('route="file",method="GET",status="200"')
  expect(text).toContain('route="none",method="GET",status="404"')
  expect(text).toContain('route="none",method="other",status="405"')
  expect(text).toContain('coatcheck_events_total{event="login.succeeded",code="-"} 1')
  expect(text).toContain('coatcheck_http_active_requests 0')
  expect(text).toContain('process_cpu_seconds_total')
  expect(text).not.toContain('made-up')
  await served.close()
})

/** A store that a test can take away. */
const breakable = () => {
  const inner = createMemoryStore()
  let isDown = false
  const store = new Proxy(inner, {
    get: (target, name: keyof Store) => {
      const method = target[name]
      if (!isDown || name === 'close' || name === 'channel') return method
      return async () => {
        throw new StoreError('store_unavailable', 'The store is gone.')
      }
    },
  })
  return {
    store,
    stop: () => {
      isDown = true
    },
    start: () => {
      isDown = false
    },
  }
}

test('B52 without its store the server says so, keeps every cookie, and goes on afterwards', async () => {
  const { store, stop, start } = breakable()
  const served = await serve({
    ports: { openStore: async () => ({ store, close: () => store.close() }) },
  })
  await served.login()
  stop()
  expect((await ask(served.operators, '/readyz')).status).toBe(503)
  expect((await ask(served.operators, '/livez')).status).toBe(200)
  for (const answer of [
    await served.browser.get('/bff/session'),
    await served.browser.post('/bff/token'),
  ]) {
    expect(answer.status).toBe(503)
    expect(answer.headers['retry-after']).toBeDefined()
    expect(answer.json()).toMatchObject({ code: 'store_unavailable', retry: 'later' })
    expect(answer.setCookies).toEqual([])
  }
  expect((await ask(served.origin, '/logo.svg')).status).toBe(200)
  start()
  expect((await ask(served.operators, '/readyz')).status).toBe(200)
  expect((await served.browser.get('/bff/session')).json()).toMatchObject({ authenticated: true })
  await served.close()
})

test('B123 what a client gets wrong is answered in words of ours, with a charset and no stack', async () => {
  const served = await serve()
  const refused = [
    await ask(served.origin, '/%'),
    await ask(served.origin, '/missing.js'),
    await ask(served.origin, '/', { method: 'POST' }),
    await ask(served.origin, '/bff/session'),
    await ask(served.origin, '/bff/nothing'),
    await ask(served.origin, '/bff/token'),
  ]
  for (const { status, headers, text } of refused) {
    expect(status).toBeGreaterThanOrEqual(400)
    expect(headers['content-type']).toBe('application/problem+json; charset=utf-8')
    expect(headers['cache-control']).toBe('no-store')
    expect(text).not.toMatch(/\bat [\w.]+ \(|node_modules|\.ts\b|Error:/)
    expect(JSON.parse(text)).toMatchObject({ code: expect.any(String), title: expect.any(String) })
  }
  await served.close()
})
