import { StoreError } from '@coatcheck/store'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defaults } from '../defaults.ts'
import type { BffOptions } from '../options.ts'
import type { Browser } from '../testing/browser.ts'
import { type EventStream, openEventStream } from '../testing/event-stream.ts'
import { createGate } from '../testing/gate.ts'
import { createHarness, type Harness } from '../testing/harness.ts'
import { logoutClaims, makeToken, sendLogoutToken } from '../testing/logout-tokens.ts'
import {
  createRecordingStore,
  type RecordingStore,
  type StoreCall,
} from '../testing/recording-store.ts'
import { type SecondProcess, startSecondProcess } from '../testing/second-process.ts'
import { hashSecret } from './hash-secret.ts'

/** By default a wait is given up after one second, which a busy machine may take. */
const patience = { timeout: 20_000 }

const cookieName = '__Host-Http-coatcheck'

let harness: Harness
let options: BffOptions
let store: RecordingStore
let other: SecondProcess
let streams: EventStream[]

beforeEach(async () => {
  streams = []
  harness = await createHarness({
    store: (now) => {
      store = createRecordingStore(now)
      return store
    },
    bff: (standard) => {
      options = { ...standard, provider: { ...standard.provider, idTokenHint: 'send' } }
      return options
    },
  })
  other = await startSecondProcess(options)
  await harness.login()
})
afterEach(async () => {
  vi.useRealTimers()
  for (const stream of streams) stream.close()
  await other.close()
  await harness.close()
})

const sidOf = (browser: Browser) => browser.jar.get(`${cookieName}-hint`)?.value ?? ''

const copyOf = (browser: Browser): Browser => {
  const copy = harness.newBrowser()
  for (const [name, cookie] of browser.jar) copy.jar.set(name, cookie)
  return copy
}

const listen = async (browser = harness.browser) => {
  const stream = await openEventStream({ origin: harness.origin, browser, port: other.port })
  streams.push(stream)
  return stream
}

const refreshTokens = () =>
  [...harness.provider.issued].filter((value) => value.startsWith('refresh'))

const revoked = () =>
  harness.provider.requests
    .filter(({ endpoint }) => endpoint === '/revoke')
    .map(({ parameters }) => parameters.get('token') ?? '')

/** What the provider was asked to revoke once all that is under way is done. */
const revokedAtLast = async () => {
  await harness.bff.close()
  await other.close()
  return revoked().toSorted()
}

const eventsOf = (event: string) => harness.log.filter(({ fields }) => fields.event === event)

const isListed = async (sid: string) => {
  const key = `subject:${hashSecret(JSON.stringify([harness.provider.issuer, 'alice']))}`
  return (await store.get(key))?.value.includes(sid) ?? false
}

const isWrite = ({ method, key }: StoreCall) =>
  key.startsWith('session:') && (method === 'swap' || method === 'touch')

const outage = (): never => {
  throw new StoreError('store_unavailable', 'The connection is gone.')
}

type Lost = 'the answer' | 'the write'

/** Writes of sessions fail from now on; the first of them stands where only its answer is lost. */
const breakStore = (lost: Lost) => {
  store.before = (call) => {
    if (isWrite(call) && (lost === 'the write' || call.method === 'touch')) outage()
  }
  store.after = (call) => {
    if (isWrite(call)) outage()
  }
}

const mendStore = () => {
  store.before = () => {}
  store.after = () => {}
}

/** The next write of an end stands, and its answer is lost. */
const loseAnswers = (count: number) => {
  let left = count
  store.after = ({ method, key }) => {
    if (method !== 'swap' || !key.startsWith('session:') || left === 0) return
    left -= 1
    outage()
  }
}

const pauseMs = defaults.storeRetryMs.pause

/** Lets the time that is waited for pass as fast as it can; it stands still afterwards. */
const hurry = async <T>(start: () => Promise<T>): Promise<T> => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  let isDone = false
  const work = start().finally(() => {
    isDone = true
  })
  while (!isDone) await vi.advanceTimersByTimeAsync(pauseMs)
  return work
}

/** A logout at a broken store, until it is answered that nobody knows. */
const logOutInVain = (lost: Lost) => {
  breakStore(lost)
  return hurry(() => harness.browser.post('/bff/logout'))
}

/** The store is back, and whatever waits for it looks again. */
const recover = async () => {
  mendStore()
  await vi.advanceTimersByTimeAsync(pauseMs)
  vi.useRealTimers()
}

interface Way {
  readonly name: string
  readonly ended: 'this' | 'other' | 'both'
  readonly ask: (browser: Browser, otherBrowser: Browser) => Promise<{ status: number } | number>
  readonly answer: unknown
}

const ways: readonly Way[] = [
  { name: 'a logout', ended: 'this', ask: (b) => b.post('/bff/logout'), answer: 200 },
  {
    name: 'a logout everywhere',
    ended: 'both',
    ask: (b) => b.post('/bff/logout', { scope: 'global' }),
    answer: 200,
  },
  {
    name: 'a logout of other devices',
    ended: 'other',
    ask: (b) => b.post('/bff/logout', { scope: 'others' }),
    answer: 200,
  },
  {
    name: 'the end of another device',
    ended: 'other',
    ask: (b, o) => b.delete(`/bff/sessions/${sidOf(o)}`),
    answer: 204,
  },
  {
    name: 'the end of this device',
    ended: 'this',
    ask: (b) => b.delete(`/bff/sessions/${sidOf(b)}`),
    answer: 204,
  },
  {
    name: 'a logout at the provider',
    ended: 'both',
    ask: () => {
      const claims = { ...logoutClaims(harness), sub: 'alice' }
      return sendLogoutToken(harness, makeToken(harness, { claims }))
    },
    answer: 200,
  },
  {
    name: 'an operator',
    ended: 'both',
    ask: () => harness.bff.endSessions({ subject: 'alice' }),
    answer: 2,
  },
]

for (const { name, ended, ask, answer } of ways) {
  test(`B101 ${name} whose answers the store lost is answered, told and revoked as any other`, async () => {
    const otherBrowser = harness.newBrowser()
    await harness.login(otherBrowser)
    const [first = '', second = ''] = refreshTokens()
    const endedTokens = { this: [first], other: [second], both: [first, second] }[ended]
    const endedBrowsers = {
      this: [harness.browser],
      other: [otherBrowser],
      both: [harness.browser, otherBrowser],
    }[ended]
    const sids = endedBrowsers.map(sidOf)
    const tabs = await Promise.all(endedBrowsers.map((browser) => listen(browser)))
    loseAnswers(sids.length)
    const outcome = await ask(harness.browser, otherBrowser)
    expect(typeof outcome === 'number' ? outcome : outcome.status).toBe(answer)
    for (const tab of tabs) expect(await tab.next()).toMatchObject({ event: 'session.ended' })
    for (const sid of sids) expect(await isListed(sid)).toBe(false)
    expect(await revokedAtLast()).toEqual(endedTokens.toSorted())
  })
}

test('B103 a logout whose answer was lost says all the same where the provider’s session ends', async () => {
  loseAnswers(1)
  const answer = await harness.browser.post('/bff/logout')
  const hint = new URL(String(answer.json().logoutUrl)).searchParams.get('id_token_hint')
  expect(harness.provider.issued.has(hint ?? '')).toBe(true)
  expect(harness.browser.jar.size).toBe(0)
  expect(eventsOf('logout.local').length).toBe(1)
})

test('B101 a tombstone that no replica has confirmed counts when a later write is answered', async () => {
  loseAnswers(1)
  let unconfirmed = 2
  store.before = ({ method }) => {
    if (method !== 'touch' || unconfirmed === 0) return
    unconfirmed -= 1
    outage()
  }
  expect((await harness.browser.post('/bff/logout')).status).toBe(200)
  expect(unconfirmed).toBe(0)
  expect(await revokedAtLast()).toEqual(refreshTokens())
})

for (const lost of ['the answer', 'the write'] as const) {
  test(`B52 B101 a store that lost ${lost} and stays away is a 503, and the end is made up for once`, async () => {
    const sid = sidOf(harness.browser)
    const copy = copyOf(harness.browser)
    const tab = await listen()
    const told = await logOutInVain(lost)
    expect([told.status, told.json().code, told.headers['retry-after']]).toEqual([
      503,
      'store_unavailable',
      '5',
    ])
    expect([told.setCookies, revoked()]).toEqual([[], []])
    await vi.advanceTimersByTimeAsync(60_000)
    expect([tab.received, revoked()]).toEqual([[], []])
    await recover()
    expect(await tab.next()).toEqual({ event: 'session.ended', data: { reason: 'logout' } })
    expect(await revokedAtLast()).toEqual(refreshTokens())
    expect(await isListed(sid)).toBe(false)
    expect((await copy.get('/bff/session')).json()).toEqual({
      authenticated: false,
      reason: 'logout',
    })
  })

  test(`B52 B101 a logout repeated while the store has lost ${lost} revokes once and is no error`, async () => {
    const copies = [copyOf(harness.browser), copyOf(harness.browser)]
    await logOutInVain(lost)
    mendStore()
    store.calls.splice(0)
    const repeated = Promise.all(copies.map((copy) => copy.post('/bff/logout')))
    await vi.waitUntil(() => store.calls.length >= copies.length, patience)
    await vi.advanceTimersByTimeAsync(pauseMs)
    expect((await repeated).map(({ status }) => status)).toEqual([200, 200])
    vi.useRealTimers()
    expect((await harness.browser.post('/bff/logout')).status).toBe(200)
    expect(await revokedAtLast()).toEqual(refreshTokens())
  })

  test(`B101 a logout repeated at another process while this one lost ${lost} revokes once`, async () => {
    await logOutInVain(lost)
    mendStore()
    const repeated = await other.post(harness.browser, '/bff/logout')
    expect(repeated.status).toBe(200)
    await recover()
    expect(await revokedAtLast()).toEqual(refreshTokens())
  })

  test(`B52 a shutdown waits for an end that lost ${lost}`, async () => {
    await logOutInVain(lost)
    let isClosed = false
    const closing = harness.bff.close().then(() => {
      isClosed = true
    })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(isClosed).toBe(false)
    await recover()
    await closing
    expect(revoked()).toEqual(refreshTokens())
  })

  test(`B101 an end that lost ${lost} for ten minutes is given up, and says so`, async () => {
    await logOutInVain(lost)
    await vi.advanceTimersByTimeAsync(defaults.storeRetryMs.limit)
    vi.useRealTimers()
    await harness.bff.close()
    expect(eventsOf('session.end_unsettled').map(({ fields }) => fields.code)).toEqual(['logout'])
    expect(eventsOf('session.end_given_up').map(({ level }) => level)).toEqual(['error'])
    expect(revoked()).toEqual([])
  })
}

test('B103 a logout repeated while its tombstone is unconfirmed says where the provider’s session ends', async () => {
  await logOutInVain('the answer')
  mendStore()
  store.calls.splice(0)
  const repeating = harness.browser.post('/bff/logout')
  await vi.waitUntil(() => store.calls.length > 0, patience)
  await vi.advanceTimersByTimeAsync(pauseMs)
  const repeated = await repeating
  vi.useRealTimers()
  const hint = new URL(String(repeated.json().logoutUrl)).searchParams.get('id_token_hint')
  expect(harness.provider.issued.has(hint ?? '')).toBe(true)
  expect(harness.browser.jar.size).toBe(0)
  expect(await revokedAtLast()).toEqual(refreshTokens())
})

test('B103 a made-up cookie joins no end that is under way', async () => {
  await logOutInVain('the answer')
  mendStore()
  const stranger = copyOf(harness.browser)
  const cookie = stranger.jar.get(cookieName)
  if (cookie === undefined) throw new Error('The browser has no session.')
  const value = `${sidOf(stranger)}.${'Q'.repeat(64)}`
  stranger.jar.set(cookieName, { ...cookie, value })
  const answer = await stranger.post('/bff/logout')
  expect([answer.status, answer.json()]).toEqual([200, {}])
  await recover()
})

test('B101 an end whose tombstone ran out before it could be told is given up, and says so', async () => {
  await logOutInVain('the answer')
  harness.advance(defaults.tombstoneSeconds + 1)
  mendStore()
  await vi.advanceTimersByTimeAsync(defaults.storeRetryMs.limit)
  vi.useRealTimers()
  expect(eventsOf('session.end_given_up').map(({ level }) => level)).toEqual(['error'])
  expect(await revokedAtLast()).toEqual([])
})

test('B52 B101 who waits for an end when it is given up is told that nobody knows', async () => {
  await logOutInVain('the write')
  await vi.advanceTimersByTimeAsync(defaults.storeRetryMs.limit - 6_000)
  store.calls.splice(0)
  const repeating = harness.browser.post('/bff/logout')
  while (eventsOf('session.end_given_up').length === 0) {
    await vi.advanceTimersByTimeAsync(pauseMs / 5)
  }
  vi.useRealTimers()
  const repeated = await repeating
  expect([repeated.status, repeated.json().code]).toEqual([503, 'store_unavailable'])
  expect(eventsOf('session.end_unsettled').length).toBe(1)
})

test('a session whose tokens no key opens is logged out all the same, and says so', async () => {
  const key = `session:${sidOf(harness.browser)}`
  const entry = await store.get(key)
  if (entry === undefined) throw new Error('There is no record.')
  const [head = '', , ...access] = entry.value.split('\n')
  const value = [head, 'unreadable', ...access].join('\n')
  await store.swap(key, entry.version, { value, expiresAt: entry.expiresAt })
  expect((await harness.browser.post('/bff/logout')).status).toBe(200)
  expect(eventsOf('session.tokens_unreadable').map(({ level }) => level)).toEqual(['warn'])
  expect((await harness.browser.get('/bff/session')).json()).toMatchObject({ authenticated: false })
})

test('B52 a shutdown that reaches its bound says that work is left', async () => {
  await logOutInVain('the write')
  const closing = harness.bff.close()
  while (eventsOf('shutdown.work_left').length === 0) await vi.advanceTimersByTimeAsync(pauseMs)
  await closing
  expect(eventsOf('shutdown.work_left').map(({ level }) => level)).toEqual(['error'])
  await recover()
})

test('B101 requests of a storm on a broken store share one end', async () => {
  const copies = Array.from({ length: 20 }, () => copyOf(harness.browser))
  breakStore('the write')
  const told = await hurry(() => Promise.all(copies.map((copy) => copy.post('/bff/logout'))))
  expect(new Set(told.map(({ status }) => status))).toEqual(new Set([503]))
  store.calls.splice(0)
  await vi.advanceTimersByTimeAsync(pauseMs * 4)
  expect(store.calls.filter(({ method }) => method === 'swap').length).toBeLessThanOrEqual(5)
  await recover()
  expect(await revokedAtLast()).toEqual(refreshTokens())
})

test('B87 a renewal between a lost write and its repetition is part of what ends', async () => {
  harness.advance(601)
  await logOutInVain('the write')
  mendStore()
  const renewed = await other.post(harness.browser, '/bff/token')
  expect(renewed.status).toBe(200)
  loseAnswers(1)
  await vi.advanceTimersByTimeAsync(pauseMs * 2)
  vi.useRealTimers()
  const newest = refreshTokens().at(-1)
  expect(refreshTokens().length).toBe(2)
  expect(await revokedAtLast()).toEqual([newest])
  expect((await harness.browser.post('/bff/token')).status).toBe(401)
})

test('B33 another subject’s refresh token is revoked though the end’s answer was lost', async () => {
  harness.provider.script.idToken = (claims) => ({ ...claims, sub: 'mallory' })
  harness.advance(601)
  loseAnswers(1)
  const answer = await harness.browser.post('/bff/token')
  expect(answer.json()).toMatchObject({ reason: 'subject_changed' })
  expect(await revokedAtLast()).toEqual(refreshTokens().slice(-1))
})

test('B46 a session that was rejected says so though the end’s answer was lost', async () => {
  harness.provider.script.token = () => ({ status: 400, body: { error: 'invalid_grant' } })
  harness.advance(601)
  const tab = await listen()
  loseAnswers(1)
  const answer = await harness.browser.post('/bff/token')
  expect([answer.status, answer.json().reason]).toEqual([401, 'refresh_rejected'])
  expect(await tab.next()).toMatchObject({ event: 'session.ended' })
})

test('a login that replaces a session goes on though the end’s answer was lost, and revokes nothing', async () => {
  const before = copyOf(harness.browser)
  harness.advance(60)
  const authorizationUrl = await harness.startLogin()
  loseAnswers(1)
  const callback = harness.callbackPath(authorizationUrl)
  await harness.browser.navigate(callback, 'cross-site')
  expect((await harness.browser.get('/bff/session')).json()).toMatchObject({ authenticated: true })
  expect((await before.get('/bff/session')).json()).toMatchObject({ reason: 'replaced' })
  expect(await revokedAtLast()).toEqual([])
})

test('B101 a logout whose revocation cannot be written down in time is answered all the same', async () => {
  const gate = createGate()
  store.before = async ({ method, key }) => {
    if (method === 'put' && key.startsWith('revocations:')) await gate.pass()
  }
  const answer = await hurry(() => harness.browser.post('/bff/logout'))
  expect(answer.status).toBe(200)
  expect(harness.provider.count('/revoke')).toBe(0)
  vi.useRealTimers()
  gate.open()
  expect(await revokedAtLast()).toHaveLength(1)
})

test('B124 a replay is ended, revoked and audited though the end’s answer was lost', async () => {
  const thief = copyOf(harness.browser)
  for (let round = 0; round < 2; round += 1) {
    harness.advance(600)
    await harness.browser.get('/bff/session')
    await harness.browser.get('/bff/session')
  }
  loseAnswers(1)
  const answer = await thief.get('/bff/session')
  expect(answer.json()).toMatchObject({ reason: 'replayed' })
  expect(eventsOf('session.replayed').length).toBe(1)
  expect(await revokedAtLast()).toEqual(refreshTokens())
})

test('B101 what is left of a session whose end was tried again holds no token', async () => {
  const [refreshToken = ''] = refreshTokens()
  const sid = sidOf(harness.browser)
  const live = (await store.get(`session:${sid}`))?.value ?? ''
  loseAnswers(1)
  await harness.browser.post('/bff/logout')
  const left = (await store.get(`session:${sid}`))?.value ?? ''
  expect(Object.keys(JSON.parse(left).ended)).toEqual(['reason', 'at', 'mark'])
  expect(left).not.toContain(refreshToken)
  for (const sealed of live.split('\n').slice(1)) expect(left).not.toContain(sealed)
})
