import { StoreError } from '@coatcheck/store'
import type { JWTPayload } from 'jose'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defaults } from '../defaults.ts'
import type { BffOptions } from '../options.ts'
import type { Browser } from '../testing/browser.ts'
import { createGate, type Gate } from '../testing/gate.ts'
import { createHarness, type Harness } from '../testing/harness.ts'
import { hashToken } from '../testing/hash-token.ts'
import { createRecordingStore, type RecordingStore } from '../testing/recording-store.ts'
import { startSecondProcess } from '../testing/second-process.ts'

/** By default a wait is given up after one second, which a busy machine may take. */
const patience = { timeout: 20_000 }

let harness: Harness
let store: RecordingStore
let options: BffOptions

beforeEach(async () => {
  harness = await createHarness({
    bff: (standard) => {
      options = {
        ...standard,
        resources: {
          orders: { mode: 'token', audience: 'https://orders.example', scope: 'orders:read' },
          billing: { mode: 'token', audience: 'https://billing.example', scope: 'billing:read' },
        },
      }
      return options
    },
    store: (now) => {
      store = createRecordingStore(now)
      return store
    },
  })
  await harness.login()
})
afterEach(async () => {
  vi.useRealTimers()
  await harness.close()
})

type Answer = Record<string, unknown>

/** Changes what a refresh is answered with; the refresh token is rotated all the same. */
const alterRefresh = (alter: (answer: Answer) => Answer) => {
  harness.provider.script.token = async ({ parameters }, standard) => {
    const body = await standard()
    if ('error' in body) return { status: 400, body }
    return { body: parameters.get('grant_type') === 'refresh_token' ? alter(body) : body }
  }
}

/** Holds every refresh at the provider, processed before or after it is held. */
const holdRefresh = (processed: 'first' | 'later'): Gate => {
  const gate = createGate()
  harness.provider.script.token = async (_request, standard) => {
    const early = processed === 'first' ? await standard() : undefined
    await gate.pass()
    const body = early ?? (await standard())
    return 'error' in body ? { status: 400, body } : { body }
  }
  return gate
}

const restore = () => {
  delete harness.provider.script.token
}

const refreshes = () =>
  harness.provider.requests
    .filter(({ parameters }) => parameters.get('grant_type') === 'refresh_token')
    .map(({ parameters }) => parameters.get('refresh_token') ?? '')

const revoked = () =>
  harness.provider.requests
    .filter(({ endpoint }) => endpoint === '/revoke')
    .map(({ parameters }) => parameters.get('token') ?? '')

const newestRefreshToken = () =>
  [...harness.provider.issued].filter((value) => value.startsWith('refresh-')).at(-1)

const post = (body: Record<string, unknown> = {}, browser: Browser = harness.browser) =>
  browser.post('/bff/token', body)

const sidOf = (browser: Browser) =>
  browser.jar.get('__Host-Http-coatcheck-hint')?.value ?? 'no session'

/** As if the process that holds the lease had been stopped for longer than it lasts. */
const loseLease = () => store.drop(`lease:${sidOf(harness.browser)}`)

const codeOf = async (body: Record<string, unknown> = {}) => (await post(body)).json().code

test('B84 200 parallel calls with an expired token cost one renewal and get 200 good answers', async () => {
  harness.advance(601)
  const answers = await Promise.all(Array.from({ length: 200 }, () => post()))
  expect(answers.map(({ status }) => status)).toEqual(Array(200).fill(200))
  expect(new Set(answers.map((answer) => answer.json().access_token)).size).toBe(1)
  expect(refreshes().length).toBe(1)
  expect(await codeOf()).toBeUndefined()
})

test('B84 calls of every kind share the renewal that is under way', async () => {
  const { access_token } = (await post()).json()
  harness.advance(601)
  const gate = holdRefresh('later')
  const calls = [
    post(),
    post({ minValiditySeconds: 250 }),
    post({ rejected: hashToken(String(access_token)) }),
    harness.browser.get('/bff/session?resource=orders'),
  ]
  await gate.reached
  gate.open()
  const [first, second, third, session] = await Promise.all(calls)
  const renewed = first?.json().access_token
  expect(second?.json().access_token).toBe(renewed)
  expect(third?.json().access_token).toBe(renewed)
  expect(session?.json()).toMatchObject({ token: { access_token: renewed } })
  expect(refreshes().length).toBe(1)
})

test('B84 sessions do not wait for one another', async () => {
  const other = harness.newBrowser()
  await harness.login(other, 'bob')
  harness.advance(601)
  const gate = createGate()
  let isFirst = true
  harness.provider.script.token = async (_request, standard) => {
    if (isFirst) {
      isFirst = false
      await gate.pass()
    }
    return { body: await standard() }
  }
  const held = post()
  await gate.reached
  expect((await post({}, other)).status).toBe(200)
  gate.open()
  expect((await held).status).toBe(200)
})

test('B84 renewals of two resources of one session stand in line, and both tokens are kept', async () => {
  harness.advance(601)
  let running = 0
  let mostAtOnce = 0
  harness.provider.script.token = async (_request, standard) => {
    running += 1
    mostAtOnce = Math.max(mostAtOnce, running)
    await new Promise(setImmediate)
    const body = await standard()
    running -= 1
    return 'error' in body ? { status: 400, body } : { body }
  }
  const [orders, billing] = await Promise.all([
    post({ resource: 'orders' }),
    post({ resource: 'billing' }),
  ])
  expect([orders?.status, billing?.status]).toEqual([200, 200])
  expect(mostAtOnce).toBe(1)
  expect(refreshes().length).toBe(2)
  expect(new Set(refreshes()).size).toBe(2)
  restore()
  expect((await post({ resource: 'orders' })).json().access_token).toBe(orders?.json().access_token)
  expect((await post({ resource: 'billing' })).json().access_token).toBe(
    billing?.json().access_token,
  )
  expect(refreshes().length).toBe(2)
})

test('B46 a refresh token that another process has used meanwhile is no reason to end the session', async () => {
  harness.advance(601)
  const other = await startSecondProcess(options)
  const gate = createGate()
  let isFirst = true
  harness.provider.script.token = async (_request, standard) => {
    if (isFirst) {
      isFirst = false
      await gate.pass()
    }
    const body = await standard()
    return 'error' in body ? { status: 400, body } : { body }
  }
  const late = post()
  await gate.reached
  await loseLease()
  const renewed = await other.post(harness.browser, '/bff/token')
  expect(renewed.status).toBe(200)
  gate.open()
  const answer = await late
  await other.close()
  expect(new Set(refreshes()).size).toBe(1)
  expect(answer.json().access_token).toBe(renewed.json().access_token)
  expect((await post()).status).toBe(200)
})

test('B46 a refresh token that another process has used, and not stored yet, is no reason either', async () => {
  harness.advance(601)
  const other = await startSecondProcess(options)
  const [ours, theirs] = [createGate(), createGate()]
  let isFirst = true
  harness.provider.script.token = async (_request, standard) => {
    if (isFirst) {
      isFirst = false
      await ours.pass()
    }
    const body = await standard()
    return 'error' in body ? { status: 400, body } : { body }
  }
  const late = post()
  await ours.reached
  await loseLease()
  store.before = async ({ method, key }) => {
    if (method !== 'swap' || !key.startsWith('session:')) return
    store.before = () => {}
    await theirs.pass()
  }
  const renewed = other.post(harness.browser, '/bff/token')
  await theirs.reached
  // The holder learns at its next sign of life that it is none any more.
  await new Promise((resolve) => setTimeout(resolve, defaults.leaseRenewalMs + 200))
  ours.open()
  await vi.waitFor(() => expect(refreshes().length).toBe(2), patience)
  await new Promise((resolve) => setTimeout(resolve, 200))
  theirs.open()
  expect((await renewed).status).toBe(200)
  expect((await late).status).toBe(200)
  await other.close()
})

test('an older renewal never overwrites the newer one of another process', async () => {
  harness.advance(601)
  const other = await startSecondProcess(options)
  const gate = createGate()
  harness.provider.script.token = async ({ parameters }) => {
    const used = parameters.get('refresh_token')
    const isFirst = refreshes().length === 1
    if (isFirst) await gate.pass()
    const body = { token_type: 'Bearer', expires_in: 600, refresh_token: `${used}+` }
    return { body: { ...body, access_token: isFirst ? 'older' : 'newer' } }
  }
  const late = post()
  await gate.reached
  await loseLease()
  expect((await other.post(harness.browser, '/bff/token')).json().access_token).toBe('newer')
  gate.open()
  expect((await late).json().access_token).toBe('newer')
  await other.close()
  expect((await post()).json().access_token).toBe('newer')
})

test('B88 a provider that returns no refresh token leaves the old one in use', async () => {
  let used = ''
  harness.provider.script.token = ({ parameters }) => {
    used ||= parameters.get('refresh_token') ?? ''
    return {
      body: { access_token: `access-${refreshes().length}`, token_type: 'Bearer', expires_in: 600 },
    }
  }
  for (let round = 1; round <= 3; round += 1) {
    harness.advance(601)
    expect((await post()).json().access_token).toBe(`access-${round}`)
  }
  expect(refreshes()).toEqual([used, used, used])
})

test('B88 a provider that rotates is followed', async () => {
  for (let round = 0; round < 3; round += 1) {
    harness.advance(601)
    expect((await post()).status).toBe(200)
  }
  expect(new Set(refreshes()).size).toBe(3)
})

test('B33 another subject in a renewed ID token ends the session and revokes what came', async () => {
  harness.provider.script.idToken = (claims) => ({ ...claims, sub: 'mallory' })
  harness.advance(601)
  const token = await post()
  expect(token.status).toBe(401)
  expect(token.json()).toMatchObject({ code: 'session_revoked', reason: 'subject_changed' })
  const session = await harness.browser.get('/bff/session')
  expect(session.json()).toEqual({ authenticated: false, reason: 'subject_changed' })
  expect(revoked()).toEqual([newestRefreshToken()])
})

test('B33 the session of another subject is over before its refresh token is revoked', async () => {
  harness.provider.script.idToken = (claims) => ({ ...claims, sub: 'mallory' })
  harness.advance(601)
  let stateAtRevocation: unknown
  harness.provider.script.revoke = async () => {
    stateAtRevocation = (await harness.browser.get('/bff/session')).json()
    return undefined
  }
  await post()
  expect(stateAtRevocation).toEqual({ authenticated: false, reason: 'subject_changed' })
})

const foreignIdTokens: readonly (readonly [string, (claims: JWTPayload) => JWTPayload])[] = [
  ['another nonce', (claims) => ({ ...claims, nonce: 'another' })],
  ['another issuer', (claims) => ({ ...claims, iss: 'https://evil.test' })],
  ['another issuer and subject', (claims) => ({ ...claims, iss: 'https://evil.test', sub: 'eve' })],
  ['another audience', (claims) => ({ ...claims, aud: 'someone-else' })],
  ['a nonce that is no text', (claims) => ({ ...claims, nonce: 7 as unknown as string })],
]

for (const [name, idToken] of foreignIdTokens) {
  test(`B33 an ID token with ${name} is not believed; the new refresh token is kept`, async () => {
    harness.advance(601)
    harness.provider.script.idToken = idToken
    const refused = await post()
    expect([refused.status, refused.json().code]).toEqual([502, 'provider_error'])
    delete harness.provider.script.idToken
    expect((await post()).json()).toMatchObject({ expires_in: 600 })
    expect(new Set(refreshes()).size).toBe(2)
  })
}

const goodIdTokens: readonly (readonly [string, (claims: JWTPayload) => JWTPayload])[] = [
  ['without a nonce', ({ nonce: _nonce, ...claims }) => claims],
  ['with an audience list', (claims) => ({ ...claims, aud: ['spa-bff'] })],
  ['with a later auth_time', (claims) => ({ ...claims, auth_time: 4_000_000_000 })],
]

for (const [name, idToken] of goodIdTokens) {
  test(`B33 an ID token ${name} renews`, async () => {
    harness.advance(601)
    harness.provider.script.idToken = idToken
    expect((await post()).status).toBe(200)
  })
}

const brokenAnswers: readonly (readonly [string, (answer: Answer) => Answer])[] = [
  ['token_type mac', (answer) => ({ ...answer, token_type: 'mac' })],
  ['token_type DPoP', (answer) => ({ ...answer, token_type: 'DPoP' })],
  ['no token_type', ({ token_type: _type, ...answer }) => answer],
  ['an ID token that is no JWT', (answer) => ({ ...answer, id_token: 'nonsense' })],
  ['an ID token of text without claims', (answer) => ({ ...answer, id_token: 'e30.bnVsbA.x' })],
]

for (const [name, alter] of brokenAnswers) {
  test(`B33 an answer with ${name} is not used; its refresh token is kept`, async () => {
    harness.advance(601)
    alterRefresh(alter)
    const refused = await post()
    expect([refused.status, refused.json().code]).toEqual([502, 'provider_error'])
    restore()
    expect((await post()).json()).toMatchObject({ expires_in: 600, token_type: 'Bearer' })
  })
}

test('a token type in other letters is still Bearer', async () => {
  harness.advance(601)
  alterRefresh((answer) => ({ ...answer, token_type: 'BEARER' }))
  expect((await post()).json().token_type).toBe('Bearer')
})

test('B87 a renewal that returns after the logout revives nothing, and its new token is revoked', async () => {
  const stolen = harness.newBrowser()
  for (const [name, cookie] of harness.browser.jar) stolen.jar.set(name, cookie)
  harness.advance(601)
  const gate = holdRefresh('first')
  const late = post({}, stolen)
  await gate.reached
  const out = await harness.browser.post('/bff/logout')
  expect(out.status).toBe(200)
  gate.open()
  expect((await late).json()).toMatchObject({ code: 'session_revoked', reason: 'logout' })
  await harness.bff.close()
  expect((await stolen.get('/bff/session')).json()).toEqual({
    authenticated: false,
    reason: 'logout',
  })
  expect(revoked()).toContain(newestRefreshToken())
  expect(revoked().length).toBe(2)
  expect((await late).setCookies).toEqual([])
})

test('B87 a renewal behind an answer that returns after the logout revives nothing either', async () => {
  harness.advance(500)
  const gate = holdRefresh('first')
  expect((await post()).status).toBe(200)
  await gate.reached
  const stolen = harness.newBrowser()
  for (const [name, cookie] of harness.browser.jar) stolen.jar.set(name, cookie)
  await harness.browser.post('/bff/logout')
  gate.open()
  await harness.bff.close()
  expect((await post({}, stolen)).json()).toMatchObject({ code: 'session_revoked' })
  expect(revoked()).toContain(newestRefreshToken())
})

test('B87 a renewal that the next login overtakes ends as replaced', async () => {
  const old = harness.newBrowser()
  for (const [name, cookie] of harness.browser.jar) old.jar.set(name, cookie)
  harness.advance(601)
  const gate = holdRefresh('first')
  const late = post({}, old)
  await gate.reached
  const authorizationUrl = await harness.startLogin()
  restore()
  await harness.browser.navigate(harness.callbackPath(authorizationUrl), 'cross-site')
  gate.open()
  expect((await late).json()).toMatchObject({ code: 'session_revoked', reason: 'replaced' })
  expect((await post()).status).toBe(200)
})

test('who waits too long for a renewal is told so, and the renewal goes on', async () => {
  harness.advance(601)
  const gate = holdRefresh('later')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const waiting = post()
  await gate.reached
  vi.advanceTimersByTime(10_000)
  const told = await waiting
  expect([told.status, told.json().code, told.headers['retry-after']]).toEqual([
    503,
    'refresh_in_progress',
    '5',
  ])
  vi.useRealTimers()
  gate.open()
  await harness.bff.close()
  expect((await post()).json()).toMatchObject({ expires_in: 600 })
  expect(refreshes().length).toBe(1)
})

test('who waits too long while the stored token is still valid receives that one', async () => {
  harness.advance(592)
  const gate = holdRefresh('later')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const waiting = post()
  await gate.reached
  vi.advanceTimersByTime(10_000)
  expect((await waiting).json()).toMatchObject({ expires_in: 8 })
  gate.open()
})

test('B52 a store that fails after the provider has rotated does not cost the refresh token', async () => {
  harness.advance(601)
  let failures = 2
  store.before = ({ method }) => {
    if (method !== 'swap' || failures === 0) return
    failures -= 1
    throw new StoreError('store_unavailable', 'The connection is gone.')
  }
  expect((await post()).json()).toMatchObject({ expires_in: 600 })
  expect(failures).toBe(0)
  harness.advance(601)
  expect((await post()).status).toBe(200)
})

test('B52 a write whose outcome the store could not tell is not made twice', async () => {
  harness.advance(601)
  let isLost = false
  const { swap } = store
  store.swap = async (...call) => {
    const version = await swap(...call)
    if (isLost) return version
    isLost = true
    throw new StoreError('store_unavailable', 'The answer was lost.')
  }
  const renewed = (await post()).json().access_token
  expect(renewed).toBeTypeOf('string')
  expect((await post()).json().access_token).toBe(renewed)
  expect(refreshes().length).toBe(1)
})

test('B52 a store that takes writes again after half a minute costs nobody the new refresh token', async () => {
  harness.advance(601)
  const isSwap = createGate()
  store.before = ({ method }) => {
    if (method !== 'swap') return
    void isSwap.pass()
    throw new StoreError('store_unavailable', 'The connection is gone.')
  }
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const waiting = post()
  await isSwap.reached
  await vi.advanceTimersByTimeAsync(30_000)
  const told = await waiting
  expect([told.status, told.json().code, told.headers['retry-after']]).toEqual([
    503,
    'refresh_in_progress',
    '5',
  ])
  store.before = () => {}
  await vi.advanceTimersByTimeAsync(500)
  vi.useRealTimers()
  await harness.bff.close()
  expect((await post()).json()).toMatchObject({ expires_in: 600 })
  expect(refreshes().length).toBe(1)
  harness.advance(601)
  expect((await post()).status).toBe(200)
})

test('B52 an answer that could not be stored for ten minutes is given up', async () => {
  harness.advance(601)
  const isSwap = createGate()
  store.before = ({ method, key }) => {
    if (method !== 'swap' || !key.startsWith('session:')) return
    void isSwap.pass()
    throw new StoreError('store_unavailable', 'The connection is gone.')
  }
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const waiting = post()
  await isSwap.reached
  await vi.advanceTimersByTimeAsync(601_000)
  expect((await waiting).status).toBe(503)
  vi.useRealTimers()
  await harness.bff.close()
  store.before = () => {}
  expect((await post()).json()).toMatchObject({ reason: 'refresh_rejected' })
})

test('B52 a write that was refused and stands counts when a later one is answered', async () => {
  harness.advance(601)
  let isRefused = false
  const { swap } = store
  store.swap = async (...call) => {
    const version = await swap(...call)
    if (isRefused) return version
    isRefused = true
    throw new StoreError('store_unavailable', 'No replica confirmed a write.')
  }
  let unconfirmed = 2
  store.before = ({ method }) => {
    if (!isRefused || method !== 'touch' || unconfirmed === 0) return
    unconfirmed -= 1
    throw new StoreError('store_unavailable', 'No replica confirmed a write.')
  }
  expect((await post()).json()).toMatchObject({ expires_in: 600 })
  expect(unconfirmed).toBe(0)
  expect(refreshes().length).toBe(1)
})

test('a store that takes no writes for now serves what it holds', async () => {
  harness.advance(120)
  store.before = ({ method }) => {
    if (method === 'get') return
    throw new StoreError('store_unavailable', 'No replica confirmed a write.')
  }
  expect((await post()).json()).toMatchObject({ expires_in: 480 })
  expect((await harness.browser.get('/bff/session')).json()).toMatchObject({ authenticated: true })
})

test('B46 a clock that leaps during a renewal does not make another process end the session', async () => {
  harness.advance(601)
  const other = await startSecondProcess(options)
  const gate = holdRefresh('first')
  const slow = post()
  await gate.reached
  // The lease has run out by every clock, and its holder is well.
  harness.advance(61)
  const second = other.post(harness.browser, '/bff/token')
  const asked = () => store.calls.filter(({ key }) => key.startsWith('lease:')).length
  const before = asked()
  await vi.waitUntil(() => asked() > before + 3 || refreshes().length > 1, patience)
  gate.open()
  const answers = await Promise.all([slow, second])
  await other.close()
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  expect(new Set(answers.map((answer) => answer.json().access_token)).size).toBe(1)
  expect(refreshes().length).toBe(1)
})

test('B46 an answer that is stored while a rejection is being weighed keeps the session', async () => {
  harness.advance(601)
  const other = await startSecondProcess(options)
  const gate = holdRefresh('first')
  const slow = post()
  await gate.reached
  await loseLease()
  harness.provider.script.token = async () => ({ status: 400, body: { error: 'invalid_grant' } })
  const weighing = createGate()
  // The process that was refused has decided, and is about to write the end of the session.
  store.before = ({ method, key }) => {
    if (method !== 'swap' || !key.startsWith('session:')) return
    store.before = () => {}
    return weighing.pass()
  }
  const refused = other.post(harness.browser, '/bff/token')
  await weighing.reached
  restore()
  gate.open()
  const answer = await slow
  expect(answer.status).toBe(200)
  weighing.open()
  const late = await refused
  await other.close()
  expect(late.json().access_token).toBe(answer.json().access_token)
  expect((await post()).status).toBe(200)
})
