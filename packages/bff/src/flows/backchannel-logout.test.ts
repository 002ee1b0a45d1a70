import { StoreError } from '@coatcheck/store'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createBff } from '../create-bff.ts'
import { defaults } from '../defaults.ts'
import type { BffOptions } from '../options.ts'
import type { Browser } from '../testing/browser.ts'
import { createGate } from '../testing/gate.ts'
import { createHarness, type Harness } from '../testing/harness.ts'
import { form, logoutClaims, makeToken, sendLogoutToken } from '../testing/logout-tokens.ts'
import { createRecordingStore, type RecordingStore } from '../testing/recording-store.ts'
import { type SecondProcess, startSecondProcess } from '../testing/second-process.ts'

let harness: Harness
let store: RecordingStore
let options: BffOptions
let other: SecondProcess

const start = async (change: (standard: BffOptions) => BffOptions = (standard) => standard) => {
  harness = await createHarness({
    store: (now) => {
      store = createRecordingStore(now)
      return store
    },
    bff: (standard) => {
      options = change(standard)
      return options
    },
  })
  other = await startSecondProcess(options)
}

beforeEach(() => start())
afterEach(async () => {
  await other.close()
  await harness.close()
})

const logIn = async (subject: string, sid?: string): Promise<Browser> => {
  harness.provider.script.idToken = (claims) => (sid === undefined ? claims : { ...claims, sid })
  const browser = harness.newBrowser()
  await harness.login(browser, subject)
  return browser
}

const tokenOf = (claims: Readonly<Record<string, unknown>>) =>
  makeToken(harness, { claims: { ...logoutClaims(harness), ...claims } })

const send = async (claims: Readonly<Record<string, unknown>>) =>
  (await sendLogoutToken(harness, tokenOf(claims))).status

/** Whether each browser is logged in, as either process sees it. */
const alive = (...browsers: readonly Browser[]) =>
  Promise.all(
    browsers.map(async (browser) => {
      const here = (await browser.get('/bff/session?slide=false')).json().authenticated
      const there = (await other.post(browser, '/bff/token', { slide: false })).status
      return here === true && there === 200
        ? 'both'
        : here === false && there === 401
          ? 'none'
          : 'one'
    }),
  )

test('B111 a sid ends the one session that began there, in every process', async () => {
  const [first, second, third] = [
    await logIn('alice', 'op-1'),
    await logIn('alice', 'op-2'),
    await logIn('bob', 'op-3'),
  ]
  expect(await send({ sid: 'op-2' })).toBe(200)
  expect(await alive(first, second, third)).toEqual(['both', 'none', 'both'])
})

test('B111 a sub alone ends every session of that user, in every process', async () => {
  const browsers = [await logIn('alice', 'op-1'), await logIn('alice'), await logIn('bob', 'op-3')]
  expect(await send({ sub: 'alice' })).toBe(200)
  expect(await alive(...browsers)).toEqual(['none', 'none', 'both'])
})

test('B111 a sub and a sid must both fit', async () => {
  const browsers = [await logIn('alice', 'op-1'), await logIn('bob', 'op-2')]
  expect(await send({ sub: 'alice', sid: 'op-2' })).toBe(200)
  expect(await alive(...browsers)).toEqual(['both', 'both'])
})

test('B111 one session at the provider may have led to several here', async () => {
  const browsers = [await logIn('alice', 'op-1'), await logIn('alice', 'op-1')]
  expect(await send({ sid: 'op-1' })).toBe(200)
  expect(await alive(...browsers)).toEqual(['none', 'none'])
})

test.each([{ sid: 'unknown' }, { sub: 'nobody' }, { sid: '__proto__' }])(
  'B111 what is unknown is no error: %j',
  async (claims) => {
    const alice = await logIn('alice', 'op-1')
    expect(await send(claims)).toBe(200)
    expect(await alive(alice)).toEqual(['both'])
  },
)

test('B111 the refresh tokens of what ended are revoked', async () => {
  await logIn('alice', 'op-1')
  await send({ sid: 'op-1' })
  await harness.bff.close()
  expect(harness.provider.count('/revoke')).toBe(1)
})

test('B111 a login under way when the logout arrives ends with it', async () => {
  harness.provider.script.idToken = (claims) => ({ ...claims, sid: 'op-1' })
  const gate = createGate()
  store.before = async ({ method, key }) => {
    if (method === 'put' && key.startsWith('subject:')) await gate.pass()
  }
  const login = harness.login()
  await gate.reached
  expect(await send({ sid: 'op-1' })).toBe(200)
  gate.open()
  await login
  expect((await harness.browser.get('/bff/session')).json().authenticated).toBe(false)
})

test.each([
  ['sub', [0, -20]],
  ['sub', [-20, 0]],
  ['sid', [0, -20]],
  ['sid', [-20, 0]],
] as const)(
  'B111 the newer of two tokens counts, whichever arrives first (%s, issued at %j s)',
  async (name, ages) => {
    const facts = { sub: 'alice', sid: 'op-1' }
    const seconds = Math.floor(harness.now() / 1000)
    for (const age of ages) {
      expect(await send({ [name]: facts[name], iat: seconds + age })).toBe(200)
    }
    harness.provider.script.idToken = (claims) => ({ ...claims, ...facts, iat: seconds - 10 })
    const browser = harness.newBrowser()
    await harness.login(browser, facts.sub)
    expect(await alive(browser)).toEqual(['none'])
  },
)

test('B111 a login after the logout is none of its business', async () => {
  await logIn('alice', 'op-1')
  await send({ sub: 'alice' })
  harness.advance(1)
  expect(await alive(await logIn('alice', 'op-2'))).toEqual(['both'])
})

test('B112 a token is used once, in all processes together', async () => {
  await logIn('alice', 'op-1')
  const token = tokenOf({ sub: 'alice' })
  const body = new URLSearchParams({ logout_token: token }).toString()
  const request = { method: 'POST', headers: form, body }
  const answers = await Promise.all(
    [0, 1, 2, 3].map((index) =>
      index % 2 === 0
        ? harness.newBrowser().send('/bff/backchannel-logout', request)
        : other.send('/bff/backchannel-logout', request),
    ),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400])
  harness.advance(1)
  const later = await logIn('alice', 'op-2')
  expect((await sendLogoutToken(harness, token)).status).toBe(400)
  expect(await alive(later)).toEqual(['both'])
})

test('B112 a token is remembered for as long as it could be accepted', async () => {
  const token = tokenOf({ sub: 'alice' })
  expect((await sendLogoutToken(harness, token)).status).toBe(200)
  harness.advance(129)
  expect((await sendLogoutToken(harness, token)).json().detail).toBe('At fault: jti')
  harness.advance(1)
  expect((await sendLogoutToken(harness, token)).json().detail).toBe('At fault: exp')
})

test('B112 without exp a token is accepted only where the provider is declared to send such', async () => {
  await other.close()
  await harness.close()
  await start((standard) => ({
    ...standard,
    provider: { ...standard.provider, logoutTokenExpiry: 'optional' },
  }))
  const alice = await logIn('alice')
  const stale = { sub: 'alice', exp: undefined, iat: Math.floor(harness.now() / 1000) - 3700 }
  expect(await send(stale)).toBe(400)
  expect(await alive(alice)).toEqual(['both'])
  expect(await send({ sub: 'alice', exp: undefined })).toBe(200)
  expect(await alive(alice)).toEqual(['none'])
})

test('B113 sessions that no logout could reach cannot be configured', () => {
  const wrong = [
    { ...options, store: undefined },
    { ...options, store: 'cookie' },
    { ...options, session: { store: 'cookie' } },
    { ...options, session: { mode: 'cookie' } },
    { ...options, cookie: { session: true } },
  ]
  for (const refused of wrong) {
    expect(() => createBff(refused as unknown as BffOptions)).toThrowError(/need mending/)
  }
})

const endpoint = '/bff/backchannel-logout'

test('B114 it needs no cookie and no header, and reads none', async () => {
  const alice = await logIn('alice', 'op-1')
  const cookie = [...alice.jar].map(([name, { value }]) => `${name}=${value}`).join('; ')
  const response = await harness.newBrowser().send(endpoint, {
    method: 'POST',
    headers: { ...form, cookie, origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' },
    body: `logout_token=${tokenOf({ sub: 'bob' })}`,
  })
  expect([response.status, response.setCookies]).toEqual([200, []])
  expect(await alive(alice)).toEqual(['both'])
})

test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
  'B114 %s is refused',
  async (method) => {
    const response = await harness.newBrowser().send(`${endpoint}?logout_token=x`, { method })
    expect([response.status, response.headers.allow]).toEqual([405, 'POST'])
  },
)

const types = [
  'application/json',
  'text/plain',
  'multipart/form-data; boundary=x',
  'application/jwt',
  '',
]

test.each(types)('B114 a body of another type is refused: "%s"', async (type) => {
  const alice = await logIn('alice', 'op-1')
  const response = await harness.newBrowser().send(endpoint, {
    method: 'POST',
    headers: type === '' ? {} : { 'content-type': type },
    body: `logout_token=${tokenOf({ sub: 'alice' })}`,
  })
  expect([response.status, response.json().code]).toEqual([400, 'invalid_request'])
  expect(await alive(alice)).toEqual(['both'])
})

test('B114 a token in the query, twice, or under another name is none', async () => {
  const alice = await logIn('alice', 'op-1')
  const token = tokenOf({ sub: 'alice' })
  const attempts = [
    [`${endpoint}?logout_token=${token}`, ''],
    [endpoint, `logout_token=${token}&logout_token=${token}`],
    [endpoint, `id_token=${token}`],
    [endpoint, `LOGOUT_TOKEN=${token}`],
    [endpoint, `logout_token[]=${token}`],
  ] as const
  for (const [path, body] of attempts) {
    const response = await harness.newBrowser().send(path, { method: 'POST', headers: form, body })
    expect([response.status, response.json().code]).toEqual([400, 'invalid_request'])
  }
  expect(await alive(alice)).toEqual(['both'])
})

test.each(['content-length', 'chunked'])('B114 a body of 1 MB is refused (%s)', async (framing) => {
  const body = `logout_token=${'x'.repeat(1_000_000)}`
  const headers =
    framing === 'chunked'
      ? { ...form, 'transfer-encoding': 'chunked' }
      : { ...form, 'content-length': String(body.length) }
  const response = await harness.newBrowser().send(endpoint, { method: 'POST', headers, body })
  expect([response.status, response.json().code]).toEqual([413, 'payload_too_large'])
})

test('while the keys of the provider cannot be had, a token is put off and can be sent again', async () => {
  const alice = await logIn('alice')
  harness.provider.script.jwks = () => ({ status: 503, body: '' })
  const token = tokenOf({ sub: 'alice' })
  const response = await sendLogoutToken(harness, token)
  expect([response.status, response.json().code]).toEqual([503, 'provider_unavailable'])
  expect(await alive(alice)).toEqual(['both'])
  delete harness.provider.script.jwks
  expect((await sendLogoutToken(harness, token)).status).toBe(200)
  expect(await alive(alice)).toEqual(['none'])
})

test('B112 a token that a failing store kept from its work can be sent again', async () => {
  const alice = await logIn('alice')
  const token = tokenOf({ sub: 'alice' })
  const isSwap = createGate()
  store.before = ({ method, key }) => {
    if (method !== 'swap' || !key.startsWith('session:')) return
    void isSwap.pass()
    throw new StoreError('store_unavailable', 'The connection is gone.')
  }
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const sent = sendLogoutToken(harness, token)
  await isSwap.reached
  await vi.advanceTimersByTimeAsync(defaults.endWaitMs)
  const response = await sent
  expect([response.status, response.json().code]).toEqual([503, 'store_unavailable'])
  store.before = () => {}
  await vi.advanceTimersByTimeAsync(defaults.storeRetryMs.pause)
  vi.useRealTimers()
  expect((await sendLogoutToken(harness, token)).status).toBe(200)
  expect(await alive(alice)).toEqual(['none'])
})

const outage = () => new StoreError('store_unavailable', 'The connection is gone.')

test.each([
  ['get', 'logout-token:'],
  ['put', 'provider-logout:'],
  ['get', 'subject:'],
  ['get', 'session:'],
  ['put', 'logout-token:'],
] as const)(
  'B112 a token can be sent again when the store went away at the %s of %s',
  async (method, prefix) => {
    const alice = await logIn('alice')
    const token = tokenOf({ sub: 'alice' })
    let isAway = false
    store.before = (call) => {
      isAway ||= call.method === method && call.key.startsWith(prefix)
      if (isAway) throw outage()
    }
    const response = await sendLogoutToken(harness, token)
    expect([response.status, response.json().code]).toEqual([503, 'store_unavailable'])
    store.before = () => {}
    expect((await sendLogoutToken(harness, token)).status).toBe(200)
    expect(await alive(alice)).toEqual(['none'])
    expect((await sendLogoutToken(harness, token)).status).toBe(400)
  },
)

test('B112 a token whose note was stored and the answer lost has done its work', async () => {
  const alice = await logIn('alice')
  const token = tokenOf({ sub: 'alice' })
  store.after = ({ method, key }) => {
    if (method !== 'put' || !key.startsWith('logout-token:')) return
    store.after = () => {}
    throw outage()
  }
  expect((await sendLogoutToken(harness, token)).status).toBe(200)
  expect(await alive(alice)).toEqual(['none'])
  expect((await sendLogoutToken(harness, token)).status).toBe(400)
})

test('B112 a token sent twice at once is not refused while nothing is done', async () => {
  const alice = await logIn('alice')
  const token = tokenOf({ sub: 'alice' })
  const gate = createGate()
  store.before = async ({ method, key }) => {
    if (method !== 'get' || !key.startsWith('session:')) return
    store.before = () => {}
    await gate.pass()
  }
  const first = sendLogoutToken(harness, token)
  await gate.reached
  expect((await sendLogoutToken(harness, token)).status).toBe(200)
  expect(await alive(alice)).toEqual(['none'])
  gate.open()
  expect((await first).json().detail).toBe('At fault: jti')
})
