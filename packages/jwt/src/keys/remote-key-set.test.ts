import { expect, test } from 'vitest'
import { JwtError } from '../errors.ts'
import type { Answer } from '../testing/key-server.ts'
import { json, startKeyServer } from '../testing/key-server.ts'
import { makeEcKey } from '../testing/keys.ts'
import { codeOf, makeVerifier, misconfiguration } from '../testing/refusal.ts'
import { jwks, keys, makeToken, nowSeconds } from '../testing/tokens.ts'

import { createRemoteKeySet } from './remote-key-set.ts'
import type { RemoteKeySetOptions } from './remote-key-set-options.ts'

const k2 = makeEcKey('ES256', 'k2')
const onlyK1 = { keys: [keys.es.jwk] }
const onlyK2 = { keys: [k2.jwk] }
const both = { keys: [keys.es.jwk, k2.jwk] }
const token1 = makeToken()
const token2 = makeToken({ key: k2 })

/** A verifier over a real key server, with a clock for the keys that the test moves. */
const setUp = async (answer: Answer = json(jwks), options: RemoteKeySetOptions = {}) => {
  const server = await startKeyServer(answer)
  const clock = { seconds: nowSeconds }
  const remote = createRemoteKeySet(server.url, { now: () => clock.seconds * 1000, ...options })
  const verifier = makeVerifier({ keys: remote })
  return { server, clock, remote, codeOf: (token: string) => codeOf(verifier, token) }
}

const errorOf = (promise: Promise<unknown>): Promise<JwtError> =>
  promise.then(
    () => {
      throw new Error('was accepted')
    },
    (error) => error,
  )

test('J38 a hundred first tokens at once cause one fetch', async () => {
  const { server, codeOf } = await setUp()
  const codes = await Promise.all(Array.from({ length: 100 }, () => codeOf(token1)))
  expect(new Set(codes)).toEqual(new Set(['accepted']))
  expect(server.requests.length).toBe(1)
})

test('J38 a thousand tokens with invented kids cause two fetches, one after another', async () => {
  const { server, codeOf } = await setUp()
  for (let index = 0; index < 1000; index += 1) {
    expect(await codeOf(makeToken({ header: { kid: `kid-${index}` } }))).toBe('key_unknown')
  }
  expect(server.requests.length).toBe(2)
})

test('J38 a thousand tokens with invented kids at once cause no more than two fetches', async () => {
  const { server, codeOf } = await setUp()
  await Promise.all(
    Array.from({ length: 1000 }, (_, index) =>
      codeOf(makeToken({ header: { kid: `kid-${index}` } })),
    ),
  )
  expect(server.requests.length).toBeLessThanOrEqual(2)
})

test('J38 an unknown kid is asked for again after the cool-down', async () => {
  const { server, clock, codeOf } = await setUp(json(onlyK1), { cooldownSeconds: 30 })
  expect(await codeOf(token1)).toBe('accepted')
  expect(await codeOf(token2)).toBe('key_unknown')
  server.answer = json(both)
  clock.seconds += 29
  expect(await codeOf(token2)).toBe('key_unknown')
  expect(server.requests.length).toBe(2)
  clock.seconds += 1
  expect(await codeOf(token2)).toBe('accepted')
  expect(server.requests.length).toBe(3)
})

test('J38 a kid that no key can have is not asked for', async () => {
  const { server, codeOf } = await setUp()
  for (const kid of [undefined, null, '', 5, ['es'], 'a'.repeat(256), 'e\u0455']) {
    expect(await codeOf(makeToken({ header: { kid } }))).toBe('key_unknown')
  }
  expect(server.requests.length).toBe(0)
})

test('J40 a new key works at once, without a restart', async () => {
  const { server, codeOf } = await setUp(json(onlyK1))
  expect(await codeOf(token1)).toBe('accepted')
  server.answer = json(both)
  expect(await codeOf(token2)).toBe('accepted')
  expect(await codeOf(token1)).toBe('accepted')
  expect(server.requests.length).toBe(2)
})

test('J40 a withdrawn key stops working after the cache age', async () => {
  const { server, clock, codeOf } = await setUp(json(both), { cacheSeconds: 600 })
  expect(await codeOf(token1)).toBe('accepted')
  server.answer = json(onlyK2)
  clock.seconds += 599
  expect(await codeOf(token1)).toBe('accepted')
  clock.seconds += 1
  expect(await codeOf(token1)).toBe('key_unknown')
  expect(await codeOf(token2)).toBe('accepted')
})

test('J40 a key that is exchanged under its kid is exchanged here too', async () => {
  const other = makeEcKey('ES256', 'es')
  const { server, clock, codeOf } = await setUp(json(onlyK1))
  expect(await codeOf(token1)).toBe('accepted')
  server.answer = json({ keys: [other.jwk] })
  clock.seconds += 601
  expect(await codeOf(token1)).toBe('signature_invalid')
  expect(await codeOf(makeToken({ key: other }))).toBe('accepted')
})

test('J40 a clock that is set back does not make keys live longer', async () => {
  const { server, clock, codeOf } = await setUp(json(both))
  expect(await codeOf(token1)).toBe('accepted')
  server.answer = json(onlyK2)
  clock.seconds -= 100_000
  expect(await codeOf(token1)).toBe('key_unknown')
})

test('J39 while the key server is down known keys serve until the maximum age, then none', async () => {
  const { server, clock, remote, codeOf } = await setUp(json(onlyK1), {
    cacheSeconds: 600,
    maximumAgeSeconds: 3600,
  })
  expect(await codeOf(token1)).toBe('accepted')
  await server.stop()
  for (const seconds of [601, 1000, 1000, 998]) {
    clock.seconds += seconds
    expect(await codeOf(token1)).toBe('accepted')
  }
  // Nobody can tell an invented kid from a new key now, and a 401 would log users out.
  expect(await codeOf(token2)).toBe('keys_unavailable')
  clock.seconds += 1
  expect(await codeOf(token1)).toBe('keys_unavailable')
  const error = await errorOf(remote.find('es'))
  expect(error).toBeInstanceOf(JwtError)
  expect(error.retryAfterSeconds).toBeGreaterThan(0)
  expect(error.message).toContain('ECONNREFUSED')
  expect(error.message).not.toContain('127.0.0.1')
})

test('J39 a maximum age below the cache age makes keys be asked for sooner', async () => {
  const { server, clock, codeOf } = await setUp(json(onlyK1), { maximumAgeSeconds: 60 })
  expect(await codeOf(token1)).toBe('accepted')
  clock.seconds += 60
  expect(await codeOf(token1)).toBe('accepted')
  expect(server.requests.length).toBe(2)
  await server.stop()
  clock.seconds += 60
  expect(await codeOf(token1)).toBe('keys_unavailable')
})

test('J39 the keys come back with the key server, without a restart', async () => {
  const { server, clock, codeOf } = await setUp()
  await server.stop()
  expect(await codeOf(token1)).toBe('keys_unavailable')
  await server.start()
  clock.seconds += 1
  expect(await codeOf(token1)).toBe('accepted')
})

test('J39 a key server that is down is not stormed', async () => {
  const { server, clock, codeOf } = await setUp(json({}, 500), { cooldownSeconds: 30 })
  const hitsAfter = async (seconds: number) => {
    clock.seconds += seconds
    await Promise.all(Array.from({ length: 50 }, () => codeOf(token1)))
    return server.requests.length
  }
  expect(await hitsAfter(0)).toBe(1)
  expect(await hitsAfter(0)).toBe(1)
  expect(await hitsAfter(1)).toBe(2)
  expect(await hitsAfter(1)).toBe(2)
  expect(await hitsAfter(1)).toBe(3)
  expect(await hitsAfter(4)).toBe(4)
  expect(await hitsAfter(8)).toBe(5)
  expect(await hitsAfter(16)).toBe(6)
  // From here on the pause is the cool-down.
  expect(await hitsAfter(30)).toBe(7)
  expect(await hitsAfter(29)).toBe(7)
  expect(await hitsAfter(1)).toBe(8)
  server.answer = json(jwks)
  expect(await hitsAfter(30)).toBe(9)
  expect(await codeOf(token1)).toBe('accepted')
})

test('J39 in an outage known keys serve without waiting for the key server', async () => {
  const { server, clock, codeOf } = await setUp(json(jwks), { timeoutMs: 30_000 })
  expect(await codeOf(token1)).toBe('accepted')
  server.answer = json(jwks, 500)
  clock.seconds += 601
  expect(await codeOf(token1)).toBe('accepted')
  const asked = new Promise<void>((resolve) => {
    server.answer = () => resolve()
  })
  clock.seconds += 60
  const startedAt = performance.now()
  expect(await codeOf(token1)).toBe('accepted')
  expect(performance.now() - startedAt).toBeLessThan(20_000)
  await asked
})

const hostileAnswers: readonly (readonly [string, Answer])[] = [
  ['500', json(onlyK2, 500)],
  ['404 with keys', json(onlyK2, 404)],
  ['201 with keys', json(onlyK2, 201)],
  ['204', (_, response) => response.writeHead(204).end()],
  ['nothing', (_, response) => response.end()],
  ['HTML', (_, response) => response.setHeader('content-type', 'text/html').end('<html></html>')],
  ['half of it', (_, response) => response.end(JSON.stringify(onlyK2).slice(0, -9))],
  ['a hang-up', (request) => request.socket.destroy()],
  [
    'a hang-up in the body',
    (request, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"keys":[')
      setImmediate(() => request.socket.destroy())
    },
  ],
  ['rubbish', (_, response) => response.end(Buffer.from([0xff, 0xfe, 0x00, 0x80]))],
  [
    'a repeated member',
    (_, response) => response.end(`{"keys":[],${JSON.stringify(onlyK2).slice(1)}`),
  ],
  [
    'lists 5000 deep',
    (_, response) => response.end(`{"keys":${'['.repeat(5000)}${']'.repeat(5000)}}`),
  ],
  ['a list', json([k2.jwk])],
  ['null', json(null)],
  ['no keys member', json({ key: [k2.jwk] })],
  ['keys as object', json({ keys: { 0: k2.jwk } })],
  ['a kid twice', json({ keys: [k2.jwk, { ...keys.rs.jwk, kid: 'k2' }] })],
  ['a private key', json({ keys: [{ ...k2.signingKey.export({ format: 'jwk' }), kid: 'k2' }] })],
  ['a secret', json({ keys: [k2.jwk, { kty: 'oct', k: 'A'.repeat(43), kid: 'hs' }] })],
  ['5 MB', (_, response) => response.end(JSON.stringify({ ...onlyK2, x: 'a'.repeat(5_000_000) }))],
  [
    'an announced 5 MB',
    (_, response) => {
      response.writeHead(200, { 'content-length': '5000000' }).flushHeaders()
    },
  ],
  [
    'an endless body',
    (_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 0x20)));
        response.once('drain', more)
      }
      more()
    },
  ],
  ['no answer', () => {}],
  ['a header and then nothing', (_, response) => response.writeHead(200).flushHeaders()],
  [
    'a body octet by octet, without end',
    (_, response) => {
      const timer = setInterval(() => response.write(' '), 20)
      response.once('close', () => clearInterval(timer))
    },
  ],
]

test.each(hostileAnswers)(
  'J37 a key server that answers %s changes nothing, in bounded time',
  async (_, answer) => {
    const { server, clock, codeOf } = await setUp(json(onlyK1), { timeoutMs: 1_500 })
    expect(await codeOf(token1)).toBe('accepted')
    server.answer = answer
    clock.seconds += 601
    const startedAt = performance.now()
    expect(await codeOf(token2)).toBe('keys_unavailable')
    expect(performance.now() - startedAt).toBeLessThan(15_000)
    expect(await codeOf(token1)).toBe('accepted')
    expect(server.requests.length).toBe(2)
  },
)

test.each(hostileAnswers)(
  'J37 a key server that first answers %s leaves no keys',
  async (_, answer) => {
    const { codeOf } = await setUp(answer, { timeoutMs: 1_500 })
    expect(await codeOf(token2)).toBe('keys_unavailable')
  },
)

test.each([301, 302, 303, 307, 308])('J37 a redirect with %d is not followed', async (status) => {
  const trap = await startKeyServer(json(onlyK2))
  const { codeOf, clock, server } = await setUp(json(onlyK1))
  expect(await codeOf(token1)).toBe('accepted')
  server.answer = (_, response) => response.writeHead(status, { location: trap.url }).end()
  clock.seconds += 601
  expect(await codeOf(token2)).toBe('keys_unavailable')
  expect(await codeOf(token1)).toBe('accepted')
  expect(trap.requests.length).toBe(0)
})

test('J37 one plain GET is sent to the fixed URL, without cookies or the token', async () => {
  const { server, clock, codeOf } = await setUp((request, response) => {
    response.setHeader('set-cookie', 'a=b')
    json(jwks)(request, response)
  })
  await codeOf(token1)
  clock.seconds += 601
  await codeOf(token1)
  expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET /jwks',
    'GET /jwks',
  ])
  for (const { headers } of server.requests) {
    expect(headers.cookie).toBeUndefined()
    expect(headers.authorization).toBeUndefined()
    expect(JSON.stringify(headers)).not.toContain(token1)
  }
})

test('J37 a fetch that heeds no signal is left behind after the timeout', async () => {
  const remote = createRemoteKeySet('https://login.example/jwks', {
    timeoutMs: 20,
    fetch: () => new Promise(() => {}),
  })
  const error = await errorOf(remote.find('es'))
  expect(error.code).toBe('keys_unavailable')
  expect(error.message).toBe(
    'The keys are unavailable: the key server did not answer within 20 ms.',
  )
})

test.each([
  ['announces', { 'content-length': '5000000' }, ''],
  ['sends, unannounced,', {}, ' '.repeat(300_000)],
])('J37 an answer that %s too much is not waited for', async (_, headers, body) => {
  const { remote } = await setUp((_request, response) => {
    response.writeHead(200, headers).write(body || '{')
  })
  const error = await errorOf(remote.find('es'))
  expect(error.message).toBe('The keys are unavailable: the key server sent too much.')
})

test('J37 the own limit of an answer is configurable', async () => {
  const { codeOf } = await setUp(json(jwks), { maximumBytes: 100 })
  expect(await codeOf(token1)).toBe('keys_unavailable')
})

test.each([
  'http://login.example/jwks',
  'http://10.0.0.1/jwks',
  'http://localhost.evil.example/jwks',
  'http://127.0.0.1.evil.example/jwks',
  'http://[::2]/jwks',
  'http://0.0.0.0/jwks',
  'ftp://login.example/jwks',
  'file:///etc/jwks.json',
  'data:application/json,{"keys":[]}',
  'javascript:alert(1)',
  'https://user@login.example/jwks',
  'https://user:s3cr3t@login.example/jwks',
  'https://login.example/jwks#key',
  'https://',
  '//login.example/jwks',
  'login.example/jwks',
  '',
  undefined,
  null,
  5,
  {},
])('J37 the URL %s is refused', (url) => {
  const message = misconfiguration(() => createRemoteKeySet(url as string))
  expect(message).toContain('createRemoteKeySet')
  expect(message).not.toContain('s3cr3t')
})

test.each([
  'https://login.example/jwks',
  'https://login.example/jwks?tenant=a',
  'http://localhost:4002/jwks',
  'http://op.localhost:4002/jwks',
  'http://127.0.0.1:4002/jwks',
  'http://[::1]:4002/jwks',
])('J37 the URL %s is accepted', (url) => {
  expect(misconfiguration(() => createRemoteKeySet(url))).toBeUndefined()
  expect(misconfiguration(() => createRemoteKeySet(new URL(url)))).toBeUndefined()
})

test.each([
  { cooldown: 1 },
  { cooldownSeconds: 0 },
  { cacheSeconds: -1 },
  { maximumAgeSeconds: Number.NaN },
  { timeoutMs: 0 },
  { timeoutMs: 600_000 },
  { maximumBytes: 0 },
  { fetch: 'fetch' },
  { now: 5 },
])('the options %o are refused', (options) => {
  const create = () => createRemoteKeySet('https://login.example/jwks', options as never)
  expect(misconfiguration(create)).toContain(Object.keys(options)[0])
})

test('J36 keys of a published set that cannot verify are passed over', async () => {
  const weak = { ...keys.rs.jwk, n: 'AQAB', kid: 'weak' }
  const { codeOf } = await setUp(json({ keys: [weak, { kty: 'XYZ' }, keys.es.jwk] }))
  expect(await codeOf(token1)).toBe('accepted')
  expect(await codeOf(makeToken({ key: { ...keys.rs, kid: 'weak' } }))).toBe('key_unknown')
})

test('J36 an empty set withdraws every key', async () => {
  const { server, clock, codeOf } = await setUp(json(onlyK1))
  expect(await codeOf(token1)).toBe('accepted')
  server.answer = json({ keys: [] })
  clock.seconds += 601
  expect(await codeOf(token1)).toBe('key_unknown')
})

test('J22 one key set may serve several verifiers, each with its own algorithms', async () => {
  const { server, remote } = await setUp(json(jwks))
  const rsa = makeVerifier({ algorithms: ['RS256'], keys: remote })
  const ec = makeVerifier({ algorithms: ['ES256'], keys: remote })
  expect(await codeOf(rsa, makeToken({ key: keys.rs }))).toBe('accepted')
  expect(await codeOf(ec, makeToken({ key: keys.rs }))).toBe('algorithm_not_allowed')
  expect(await codeOf(ec, token1)).toBe('accepted')
  expect(server.requests.length).toBe(1)
})
