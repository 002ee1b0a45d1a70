import { StoreError } from '@coatcheck/store'
import { parseSetCookie } from 'cookie'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Browser, fetchHeaders } from '../testing/browser.ts'
import { createGate } from '../testing/gate.ts'
import { createHarness, type Harness } from '../testing/harness.ts'
import { createRecordingStore, type RecordingStore } from '../testing/recording-store.ts'
import { createSessions } from './create-sessions.ts'
import { parseStoredSession, type SessionRecord } from './session-record.ts'

const cookieName = '__Host-Http-coatcheck'

let harness: Harness
let store: RecordingStore
let browser: Browser
let clock: () => number

beforeEach(async () => {
  harness = await createHarness({
    store: (now) => {
      clock = now
      store = createRecordingStore(now)
      return store
    },
  })
  browser = harness.browser
  await harness.login()
})
afterEach(() => harness.close())

const cookieOf = (from: Browser): string => from.jar.get(cookieName)?.value ?? ''

/** A call whose answer the browser never sees: its jar stays as it is. */
const callWith = (cookie: string, path = '/bff/session') =>
  harness.newBrowser().send(path, {
    headers: { ...fetchHeaders(harness.origin), cookie: `${cookieName}=${cookie}` },
  })

const tokenWith = (cookie: string, body: Record<string, unknown> = {}) =>
  harness.newBrowser().send('/bff/token', {
    method: 'POST',
    headers: {
      ...fetchHeaders(harness.origin),
      'content-type': 'application/json',
      cookie: `${cookieName}=${cookie}`,
    },
    body: JSON.stringify(body),
  })

const childIn = ({ setCookies }: { setCookies: readonly string[] }): string | undefined =>
  setCookies
    .map((line) => parseSetCookie(line))
    .find(({ name, value }) => name === cookieName && value !== '')?.value

const eventsOf = (event: string) => harness.log.filter(({ fields }) => fields.event === event)

const session = async (from = browser) => (await from.get('/bff/session')).json()

const authenticated = { authenticated: true }

/** Lets the secret come of age, takes the next one and uses it. */
const rotate = async (from = browser) => {
  harness.advance(600)
  await from.get('/bff/session')
  await from.get('/bff/session')
}

/** What the store holds of the session now. */
const recordOf = async (cookie: string): Promise<SessionRecord> => {
  const entry = await store.get(`session:${cookie.slice(0, 22)}`)
  return parseStoredSession(entry?.value ?? '{}') as SessionRecord
}

test('a secret is replaced when it is ten minutes old, by session and token calls alike', async () => {
  for (const path of ['/bff/session', '/bff/token']) {
    const before = cookieOf(browser)
    const call = () => (path === '/bff/token' ? browser.post(path) : browser.get(path))
    harness.advance(599)
    expect(childIn(await call())).toBeUndefined()
    harness.advance(1)
    const child = childIn(await call())
    expect(child?.slice(0, 22)).toBe(before.slice(0, 22))
    expect(child).not.toBe(before)
    expect(await session()).toMatchObject(authenticated)
  }
})

test('B40 B41 the next cookie is as guarded as the first and lives no longer than the session', async () => {
  harness.advance(5_000)
  const [line = ''] = (await browser.get('/bff/session')).setCookies
  expect(parseSetCookie(line)).toMatchObject({
    name: cookieName,
    path: '/',
    secure: true,
    httpOnly: true,
    sameSite: 'strict',
    maxAge: 1_209_600 - 5_000,
  })
  expect(line).not.toMatch(/domain/i)
})

test('B49 of the next secret the store holds a hash and what only its sealing key opens', async () => {
  harness.advance(600)
  const [, secret = '-'] = childIn(await browser.get('/bff/session'))?.split('.') ?? []
  expect((await recordOf(cookieOf(browser))).secret.child).toBeDefined()
  const written = store.written.map(({ value }) => value).join('\n')
  for (const encoding of ['utf8', 'base64', 'base64url', 'hex'] as const) {
    expect(written).not.toContain(Buffer.from(secret).toString(encoding))
    expect(written).not.toContain(Buffer.from(secret, 'base64url').toString(encoding))
  }
})

test('parallel calls, retries and lost answers all receive the same next secret', async () => {
  const parent = cookieOf(browser)
  harness.advance(600)
  const parallel = await Promise.all(Array.from({ length: 20 }, () => callWith(parent)))
  harness.advance(3_600)
  const late = [await callWith(parent), await tokenWith(parent)]
  const children = [...parallel, ...late].map(childIn)
  expect(new Set(children).size).toBe(1)
  expect(children[0]).toBeDefined()
})

test('the parent is good until its child was used and a minute has passed', async () => {
  const parent = cookieOf(browser)
  harness.advance(600)
  const child = childIn(await callWith(parent)) ?? ''
  harness.advance(7_200)
  expect((await callWith(parent)).json()).toMatchObject(authenticated)
  expect((await callWith(child)).json()).toMatchObject(authenticated)
  harness.advance(59)
  const inGrace = await callWith(parent)
  expect(inGrace.json()).toMatchObject(authenticated)
  expect(childIn(inGrace)).toBeUndefined()
  harness.advance(1)
  expect((await callWith(parent)).status).toBe(503)
})

test('a parent that comes too late is asked to come again, and ends nothing', async () => {
  const parent = cookieOf(browser)
  await rotate()
  harness.advance(60)
  for (const late of [await callWith(parent), await tokenWith(parent)]) {
    expect([late.status, late.json().code]).toEqual([503, 'refresh_in_progress'])
    expect(late.headers['retry-after']).toBe('1')
    expect(late.setCookies).toEqual([])
  }
  expect(eventsOf('session.secret_late').length).toBe(2)
  expect(await session()).toMatchObject(authenticated)
})

test('a parent that no request can have carried for so long is unknown, and ends nothing', async () => {
  const parent = cookieOf(browser)
  await rotate()
  harness.advance(60 + 599)
  expect((await tokenWith(parent)).status).toBe(503)
  harness.advance(1)
  const refused = await tokenWith(parent)
  expect([refused.status, refused.json().code]).toEqual([401, 'session_required'])
  expect((await callWith(parent)).json()).toEqual({ authenticated: false })
  expect(refused.setCookies).toEqual([])
  expect(eventsOf('session.secret_late').length).toBe(3)
  expect(await session()).toMatchObject(authenticated)
})

test('an end that came before that of a replay stands with its reason, and is no theft', async () => {
  const stolen = cookieOf(browser)
  await rotate()
  await rotate()
  const elsewhere = createSessions({ store, now: clock, idleSeconds: 60 })
  let isLoggedOut = false
  store.before = async ({ method }) => {
    if (method !== 'swap' || isLoggedOut) return
    isLoggedOut = true
    await elsewhere.end(stolen.slice(0, 22), 'logout')
  }
  const replay = await callWith(stolen)
  expect(isLoggedOut).toBe(true)
  expect(replay.json()).toEqual({ authenticated: false, reason: 'logout' })
  expect(eventsOf('session.replayed')).toEqual([])
})

test('a browser restored with the parent logs in anew, and what it was before is replaced', async () => {
  const parent = cookieOf(browser)
  await rotate()
  const newest = cookieOf(browser)
  const name = '__Host-Http-coatcheck'
  const held = browser.jar.get(name)
  if (held === undefined) throw new Error('The browser holds no session cookie.')
  browser.jar.set(name, { ...held, value: parent })
  harness.advance(60 + 600)
  expect(await session()).toEqual({ authenticated: false })
  await harness.login(browser)
  expect(await session()).toMatchObject(authenticated)
  expect((await callWith(newest)).json()).toEqual({ authenticated: false, reason: 'replaced' })
})

test('a secret from before the parent ends the session, its tokens and everyone else’s access', async () => {
  const stolen = cookieOf(browser)
  await rotate()
  await rotate()
  const replay = await callWith(stolen)
  expect(replay.json()).toEqual({ authenticated: false, reason: 'replayed' })
  const victim = await browser.post('/bff/token')
  expect(victim.status).toBe(401)
  expect(victim.json()).toMatchObject({ code: 'session_revoked', reason: 'replayed' })
  await harness.bff.close()
  expect(harness.provider.count('/revoke')).toBe(1)
})

test('B124 a replay is audited once, with nothing that could be replayed', async () => {
  const stolen = cookieOf(browser)
  await rotate()
  await rotate()
  await Promise.all(Array.from({ length: 10 }, () => tokenWith(stolen)))
  const lines = eventsOf('session.replayed')
  expect(lines.length).toBe(1)
  expect(lines[0]?.level).toBe('warn')
  const text = JSON.stringify(lines)
  for (const secret of [...stolen.split('.'), ...cookieOf(browser).split('.')]) {
    expect(text).not.toContain(secret)
  }
})

test('every call that asks for a session notices a replay', async () => {
  const calls = [
    (cookie: string) => callWith(cookie),
    (cookie: string) => callWith(cookie, '/bff/session?slide=false'),
    (cookie: string) => tokenWith(cookie),
    (cookie: string) => tokenWith(cookie, { slide: false }),
  ]
  for (const [index, call] of calls.entries()) {
    const victim = harness.newBrowser()
    await harness.login(victim)
    const stolen = cookieOf(victim)
    await rotate(victim)
    await rotate(victim)
    await call(stolen)
    expect([index, await session(victim)]).toEqual([
      index,
      { authenticated: false, reason: 'replayed' },
    ])
  }
})

test('B27 garbage, changed secrets and secrets of another session end nothing', async () => {
  const other = harness.newBrowser()
  await harness.login(other, 'mallory')
  const old = cookieOf(browser)
  await rotate()
  await rotate()
  const [sid = '', secret = ''] = old.split('.')
  const foreign = cookieOf(other).split('.')[1] ?? ''
  const flipped = [...secret].map(
    (character, at) =>
      `${secret.slice(0, at)}${character === 'A' ? 'B' : 'A'}${secret.slice(at + 1)}`,
  )
  for (const forged of ['A'.repeat(64), foreign, [...secret].reverse().join(''), ...flipped]) {
    expect((await callWith(`${sid}.${forged}`)).json()).toEqual({ authenticated: false })
  }
  expect((await callWith(`${cookieOf(other).split('.')[0]}.${secret}`)).json()).toEqual({
    authenticated: false,
  })
  expect(eventsOf('session.replayed')).toEqual([])
  expect(await session()).toMatchObject(authenticated)
  expect(await session(other)).toMatchObject(authenticated)
})

test('background calls, logout and navigations hand out no secret', async () => {
  const parent = cookieOf(browser)
  harness.advance(600)
  const calls = [
    await callWith(parent, '/bff/session?slide=false'),
    await tokenWith(parent, { slide: false }),
    await browser.navigate('/bff/login'),
  ]
  expect(calls.map(childIn)).toEqual([undefined, undefined, undefined])
  expect((await recordOf(parent)).secret).toMatchObject({ generation: 1 })
  const child = childIn(await callWith(parent))
  const repeated = [
    await callWith(parent, '/bff/session?slide=false'),
    await tokenWith(parent, { slide: false }),
  ]
  expect(child).toBeDefined()
  expect(repeated.map(childIn)).toEqual([undefined, undefined])
})

test('whatever the first use of a child is for, it starts the end of its parent', async () => {
  const parent = cookieOf(browser)
  harness.advance(600)
  const child = childIn(await callWith(parent)) ?? ''
  await callWith(child, '/bff/session?slide=false')
  harness.advance(60)
  expect((await callWith(parent)).status).toBe(503)
})

test('a slide and a new secret during a slow renewal cost neither, nor the new refresh token', async () => {
  harness.advance(601)
  const gate = createGate()
  harness.provider.script.token = async (_request, standard) => {
    const body = await standard()
    await gate.pass()
    return { body }
  }
  const renewal = browser.post('/bff/token', { slide: false })
  await gate.reached
  await browser.get('/bff/session')
  await browser.get('/bff/session')
  const during = await recordOf(cookieOf(browser))
  gate.open()
  expect((await renewal).status).toBe(200)
  delete harness.provider.script.token
  const after = await recordOf(cookieOf(browser))
  expect(after.secret).toEqual(during.secret)
  expect([during.secret.generation, after.tokens.generation]).toEqual([3, 2])
  // The provider rotates strictly: only the newest refresh token is worth anything.
  harness.advance(601)
  expect((await browser.post('/bff/token')).status).toBe(200)
  expect(harness.provider.count('/token', 'refresh_token')).toBe(2)
})

test('B26 a call that waits for its renewal while the user logs in again sets no cookie', async () => {
  const old = cookieOf(browser)
  harness.advance(601)
  await callWith(old)
  const gate = createGate()
  harness.provider.script.token = async ({ parameters }, standard) => {
    const body = await standard()
    if (parameters.get('grant_type') === 'refresh_token') await gate.pass()
    return { body }
  }
  const slow = tokenWith(old)
  await gate.reached
  await harness.login()
  gate.open()
  expect(childIn(await slow)).toBeUndefined()
  expect(await session()).toMatchObject(authenticated)
})

test('B52 a store that fails while it takes the next secret costs no call its answer', async () => {
  harness.advance(600)
  store.before = ({ method }) => {
    if (method === 'swap') throw new StoreError('store_unavailable', 'The connection is gone.')
  }
  const response = await browser.get('/bff/session')
  expect(response.json()).toMatchObject(authenticated)
  expect(response.setCookies).toEqual([])
  expect(eventsOf('session.rotation_postponed').length).toBe(1)
  store.before = () => {}
  expect(childIn(await browser.get('/bff/session'))).toBeDefined()
})

test('B52 a secret that stands but that no replica confirmed is handed out once it is confirmed', async () => {
  harness.advance(600)
  const { swap } = store
  const refuse = () => {
    throw new StoreError('store_unavailable', 'No replica confirmed a write.')
  }
  store.swap = async (...call) => {
    await swap(...call)
    return refuse()
  }
  store.before = ({ method }) => (method === 'touch' ? refuse() : undefined)
  for (let call = 0; call < 2; call += 1) {
    const response = await browser.get('/bff/session')
    expect(response.json()).toMatchObject(authenticated)
    expect(response.setCookies).toEqual([])
  }
  store.swap = swap
  store.before = () => {}
  expect(childIn(await browser.get('/bff/session'))).toBeDefined()
  expect(await session()).toMatchObject(authenticated)
})

test('a session in daily use costs two more writes for each secret', async () => {
  store.calls.splice(0)
  for (let second = 0; second < 6_000; second += 30) {
    harness.advance(30)
    await browser.get('/bff/session')
  }
  const swaps = store.calls.filter(({ method }) => method === 'swap').length
  expect(swaps).toBeLessThanOrEqual(20)
  expect(swaps).toBeGreaterThanOrEqual(18)
})
