import type { Store } from '@coatcheck/store'
import { createMemoryStore } from '@coatcheck/store'
import { expect, test } from 'vitest'
import type { DenyList } from './deny-list.ts'
import { createDenyList } from './deny-list.ts'
import { JwtError } from './errors.ts'
import { authenticate } from './guard/authenticate.ts'
import { ecdsaTwin } from './testing/hostile/signature.ts'
import { codeOf, makeVerifier, misconfiguration } from './testing/refusal.ts'
import { canary, issuer, keys, makeToken, nowSeconds } from './testing/tokens.ts'

/** A store that notes what it is asked, and that can go away. */
const makeStore = (now: () => number) => {
  const store = createMemoryStore({ now })
  const writes: { readonly key: string; readonly value: string; readonly expiresAt: number }[] = []
  const state = { isDown: false, reads: 0 }
  const guard = () => {
    if (state.isDown) throw new Error(`the store is down: ${canary}`)
  }
  const watched: Store = {
    ...store,
    get: async (key) => {
      guard()
      state.reads += 1
      return store.get(key)
    },
    put: async (key, next) => {
      guard()
      writes.push({ key, ...next })
      return store.put(key, next)
    },
    swap: async (key, version, next) => {
      guard()
      writes.push({ key, ...next })
      return store.swap(key, version, next)
    },
  }
  return { store: watched, writes, state }
}

const setUp = () => {
  const clock = { seconds: nowSeconds }
  const now = () => clock.seconds * 1000
  const { store, writes, state } = makeStore(now)
  const denyList = createDenyList({ store, now })
  /** Another process: all it shares is the store. */
  const makeProcess = (cache: 'off' | undefined) =>
    makeVerifier({
      now,
      denyList: createDenyList({ store, now }),
      ...(cache !== undefined && { cache }),
    })
  const verifier = makeProcess(undefined)
  return { clock, store, writes, state, denyList, verifier, makeProcess, now }
}

const errorOf = async (promise: Promise<unknown>): Promise<JwtError> => {
  const error: unknown = await promise.then(
    () => undefined,
    (reason) => reason,
  )
  expect(error).toBeInstanceOf(JwtError)
  expect(`${JSON.stringify(error)} ${(error as JwtError).stack}`).not.toContain(canary)
  return error as JwtError
}

const denied = { issuer, jwtId: 'jti-1', expiresAt: nowSeconds + 300 }

test('J60 a denied token is refused, in every spelling of its signature', async () => {
  const { denyList, verifier } = setUp()
  const token = makeToken()
  const twin = ecdsaTwin(token)
  expect(await codeOf(verifier, token)).toBe('accepted')
  expect(await codeOf(verifier, twin)).toBe('accepted')
  await denyList.denyToken(denied)
  expect(await codeOf(verifier, token)).toBe('token_denied')
  expect(await codeOf(verifier, twin)).toBe('token_denied')
  expect(await codeOf(verifier, ecdsaTwin(makeToken()))).toBe('token_denied')
})

test('J60 another text, key or algorithm with the same iss and jti is the same token', async () => {
  const { denyList, verifier } = setUp()
  await denyList.denyToken(denied)
  for (const key of Object.values(keys)) {
    expect(await codeOf(verifier, makeToken({ key }))).toBe('token_denied')
  }
  expect(await codeOf(verifier, makeToken({ claims: { jti: 'jti-2' } }))).toBe('accepted')
})

test('J60 the same jti of another issuer is another token', async () => {
  const other = 'https://other.example'
  const { denyList, now } = setUp()
  const verifier = makeVerifier({
    issuer: undefined,
    keys: undefined,
    issuers: [
      { issuer, keys: keys.es.jwk },
      { issuer: other, keys: keys.rs.jwk },
    ],
    denyList,
    now,
  } as never)
  await denyList.denyToken(denied)
  expect(await codeOf(verifier, makeToken())).toBe('token_denied')
  expect(await codeOf(verifier, makeToken({ key: keys.rs, claims: { iss: other } }))).toBe(
    'accepted',
  )
})

test.each([
  ['https://a.example', 'b","c', 'https://a.example","b', 'c'],
  ['https://a.example:', 'b', 'https://a.example', ':b'],
  ['https://a.example1', '2', 'https://a.example', '12'],
  ['A', 'b', 'a', 'b'],
])(
  'J60 no issuer and jti read like another pair (%s, %s)',
  async (iss, jti, otherIss, otherJti) => {
    const { denyList, writes } = setUp()
    await denyList.denyToken({ issuer: iss, jwtId: jti, expiresAt: nowSeconds + 1 })
    await denyList.denyToken({ issuer: otherIss, jwtId: otherJti, expiresAt: nowSeconds + 1 })
    expect(new Set(writes.map(({ key }) => key)).size).toBe(2)
  },
)

test('J60 what the store holds tells neither token, issuer nor subject', async () => {
  const { denyList, writes } = setUp()
  await denyList.denyToken({ ...denied, jwtId: canary })
  await denyList.denySubject({ issuer, subject: canary })
  expect(writes).toHaveLength(2)
  expect(JSON.stringify(writes)).not.toContain(canary)
  expect(JSON.stringify(writes)).not.toContain('login.example')
})

test('J60 the longest issuer and jti there are can be denied', async () => {
  const { store, denyList, now } = setUp()
  const long = `https://${'a'.repeat(2040)}`
  const jti = 'ü'.repeat(255)
  const verifier = makeVerifier({ issuer: long, now, denyList: createDenyList({ store, now }) })
  const token = makeToken({ claims: { iss: long, jti } })
  expect(await codeOf(verifier, token)).toBe('accepted')
  await denyList.denyToken({ issuer: long, jwtId: jti, expiresAt: nowSeconds + 300 })
  expect(await codeOf(verifier, token)).toBe('token_denied')
})

test('J61 an entry lives as long as any verifier could accept the token, and no longer', async () => {
  const { clock, store, writes, denyList } = setUp()
  await denyList.denyToken(denied)
  const key = writes[0]?.key ?? ''
  expect(writes[0]?.expiresAt).toBe((denied.expiresAt + 10) * 1000)
  clock.seconds = denied.expiresAt + 9.999
  expect(await store.get(key)).toBeDefined()
  clock.seconds = denied.expiresAt + 10
  expect(await store.get(key)).toBeUndefined()
})

test('J61 a denied token never comes back, second by second, whatever the leeway', async () => {
  const { clock, denyList, now } = setUp()
  const verifiers = [0, 5, 10].map((leewaySeconds) =>
    makeVerifier({ leewaySeconds, denyList, now }),
  )
  const token = makeToken()
  await denyList.denyToken(denied)
  for (clock.seconds = nowSeconds + 280; clock.seconds < nowSeconds + 330; clock.seconds += 0.5) {
    for (const verifier of verifiers) expect(await codeOf(verifier, token)).not.toBe('accepted')
  }
})

test('J61 a repeated denial keeps the later end', async () => {
  const { clock, verifier, denyList } = setUp()
  await denyList.denyToken({ ...denied, expiresAt: nowSeconds + 1 })
  await denyList.denyToken(denied)
  await denyList.denyToken({ ...denied, expiresAt: nowSeconds + 2 })
  clock.seconds = nowSeconds + 299
  expect(await codeOf(verifier, makeToken())).toBe('token_denied')
})

test('J61 denying a token that is dead already leaves nothing behind', async () => {
  const { store, writes, denyList } = setUp()
  await denyList.denyToken({ ...denied, expiresAt: nowSeconds - 60 })
  expect(await store.get(writes[0]?.key ?? '')).toBeUndefined()
})

test.each([
  ['no issuer', { issuer: undefined }, 'claim_missing'],
  ['an empty issuer', { issuer: '' }, 'claim_invalid'],
  ['no jti', { jwtId: undefined }, 'claim_missing'],
  ['an empty jti', { jwtId: '' }, 'claim_invalid'],
  ['a jti that is an object', { jwtId: { name: 'jti-1' } }, 'claim_invalid'],
  ['a jti that is a list', { jwtId: ['jti-1'] }, 'claim_invalid'],
  ['no expiry', { expiresAt: undefined }, 'claim_invalid'],
  ['an expiry in milliseconds', { expiresAt: nowSeconds * 1000 }, 'claim_invalid'],
  ['no number as expiry', { expiresAt: Number.NaN }, 'claim_invalid'],
  ['an endless expiry', { expiresAt: Number.POSITIVE_INFINITY }, 'claim_invalid'],
  ['a text as expiry', { expiresAt: '1' }, 'claim_invalid'],
])('J61 never a key without an end or a name: %s is refused', async (_name, change, code) => {
  const { writes, denyList } = setUp()
  const error = await errorOf(denyList.denyToken({ ...denied, ...change } as never))
  expect(error.code).toBe(code)
  expect(writes).toEqual([])
})

test.each([undefined, 'off'] as const)(
  'J62 nothing is accepted while the store is down, and all is well after (cache %s)',
  async (cache) => {
    const { state, makeProcess } = setUp()
    const verifier = makeProcess(cache)
    const token = makeToken()
    expect(await codeOf(verifier, token)).toBe('accepted')
    state.isDown = true
    const error = await errorOf(verifier.verify(token))
    expect(error.code).toBe('deny_list_unavailable')
    expect(error.retryAfterSeconds).toBe(5)
    state.isDown = false
    expect(await codeOf(verifier, token)).toBe('accepted')
  },
)

test('J62 an API answers 503 and when to come back, not 401', async () => {
  const { state, verifier } = setUp()
  const guard = authenticate({ verifier })
  const request = {
    method: 'GET',
    target: '/',
    header: (name: string) => (name === 'authorization' ? [`Bearer ${makeToken()}`] : []),
  }
  expect((await guard(request)).kind).toBe('authenticated')
  state.isDown = true
  const outcome = await guard(request)
  if (outcome.kind !== 'refused') throw new Error('was accepted')
  expect(outcome.refusal.status).toBe(503)
  expect(outcome.refusal.headers['retry-after']).toBe('5')
  expect(outcome.refusal.headers['www-authenticate']).toBeUndefined()
})

test('J60 an API answers a denied token like any invalid one', async () => {
  const { verifier, denyList } = setUp()
  const guard = authenticate({ verifier })
  const token = makeToken()
  await denyList.denyToken(denied)
  const send = (text: string) =>
    guard({
      method: 'GET',
      target: '/',
      header: (name) => (name === 'authorization' ? [`Bearer ${text}`] : []),
    })
  const [gone, forged] = [await send(token), await send(`${token.slice(0, -4)}AAAA`)]
  if (gone.kind !== 'refused' || forged.kind !== 'refused') throw new Error('was accepted')
  expect(gone.refusal.status).toBe(401)
  expect(gone.refusal.reason).toBe('token_denied')
  expect({ ...gone.refusal, reason: 0 }).toEqual({ ...forged.refusal, reason: 0 })
})

test('J62 a bad token is told from a store that is down without asking the store', async () => {
  const { state, verifier } = setUp()
  state.isDown = true
  expect(await codeOf(verifier, `${makeToken().slice(0, -4)}AAAA`)).toBe('signature_invalid')
  expect(await codeOf(verifier, makeToken({ claims: { exp: nowSeconds - 9 } }))).toBe(
    'token_expired',
  )
})

test('J62 a denial that may not have been stored is not reported as done', async () => {
  const { state, denyList } = setUp()
  state.isDown = true
  expect((await errorOf(denyList.denyToken(denied))).code).toBe('deny_list_unavailable')
  expect((await errorOf(denyList.denySubject({ issuer, subject: 's' }))).code).toBe(
    'deny_list_unavailable',
  )
})

test.each(['', 'x', '{}', 'NaN', 'null'])(
  'J62 a cut-off that cannot be read (%j) denies',
  async (value) => {
    const { store, writes, denyList, verifier } = setUp()
    await denyList.denySubject({ issuer, subject: canary, issuedBefore: 1 })
    const key = writes[0]?.key ?? ''
    await store.drop(key)
    await store.put(key, { value, expiresAt: (nowSeconds + 60) * 1000 })
    expect(await codeOf(verifier, makeToken())).toBe('token_denied')
  },
)

test('J60 claims that change between two checks are looked up anew', async () => {
  const { denyList } = setUp()
  await denyList.denyToken(denied)
  const claims = { iss: issuer, sub: 's', iat: nowSeconds, exp: nowSeconds + 60, jti: 'other' }
  await expect(denyList.check(claims)).resolves.toBeUndefined()
  claims.jti = 'jti-1'
  expect((await errorOf(denyList.check(claims))).code).toBe('token_denied')
})

test('J62 a list of somebody else that fails in its own way is no reason to accept', async () => {
  const failing = {
    check: async () => {
      throw new TypeError(canary)
    },
  } as unknown as DenyList
  const verifier = makeVerifier({ denyList: failing })
  expect(await codeOf(verifier, makeToken())).toBe('deny_list_unavailable')
})

test('J63 all tokens of a disabled user are refused at once, a later login works', async () => {
  const { clock, verifier, denyList } = setUp()
  const tokens = ['a', 'b', 'c'].map((jti) => makeToken({ claims: { jti, iat: nowSeconds - 1 } }))
  const other = makeToken({ claims: { sub: 'somebody else' } })
  for (const token of tokens) expect(await codeOf(verifier, token)).toBe('accepted')
  await denyList.denySubject({ issuer, subject: canary })
  for (const token of tokens) expect(await codeOf(verifier, token)).toBe('token_denied')
  expect(await codeOf(verifier, other)).toBe('accepted')
  clock.seconds += 1
  expect(await codeOf(verifier, makeToken({ claims: { iat: clock.seconds } }))).toBe('accepted')
  for (const token of tokens) expect(await codeOf(verifier, token)).toBe('token_denied')
})

test.each([
  [-0.001, 'token_denied'],
  [-1, 'token_denied'],
  [0, 'accepted'],
  [1, 'accepted'],
])('J63 a token issued %d s from the cut-off is %s', async (offset, code) => {
  const { verifier, denyList } = setUp()
  const issuedBefore = nowSeconds - 20
  await denyList.denySubject({ issuer, subject: canary, issuedBefore })
  expect(await codeOf(verifier, makeToken({ claims: { iat: issuedBefore + offset } }))).toBe(code)
})

test('J63 a token of the very second of the cut-off is refused', async () => {
  const { clock, verifier, denyList } = setUp()
  clock.seconds = nowSeconds + 0.7
  await denyList.denySubject({ issuer, subject: canary })
  expect(await codeOf(verifier, makeToken({ claims: { iat: nowSeconds } }))).toBe('token_denied')
  clock.seconds = nowSeconds + 1
  expect(await codeOf(verifier, makeToken({ claims: { iat: nowSeconds + 1 } }))).toBe('accepted')
})

test('J63 an earlier cut-off never replaces a later one', async () => {
  const { verifier, denyList } = setUp()
  const token = makeToken()
  await denyList.denySubject({ issuer, subject: canary, issuedBefore: nowSeconds })
  await denyList.denySubject({ issuer, subject: canary, issuedBefore: nowSeconds - 1000 })
  expect(await codeOf(verifier, token)).toBe('token_denied')
})

test('J63 of many cut-offs at once the latest stays', async () => {
  const { verifier, denyList } = setUp()
  await Promise.all(
    [3, 9, 1, 7, 0, 8, 2].map((seconds) =>
      denyList.denySubject({ issuer, subject: canary, issuedBefore: nowSeconds - 20 + seconds }),
    ),
  )
  const at = (iat: number) => codeOf(verifier, makeToken({ claims: { iat } }))
  expect(await at(nowSeconds - 12)).toBe('token_denied')
  expect(await at(nowSeconds - 11)).toBe('accepted')
})

test('J63 a cut-off is kept until the longest-lived of its tokens is dead', async () => {
  const { clock, writes, store, now } = setUp()
  const denyList = createDenyList({ store, now, maximumLifetimeSeconds: 3600 })
  const verifier = makeVerifier({ now, denyList, maximumLifetimeSeconds: 3600 })
  await denyList.denySubject({ issuer, subject: canary, issuedBefore: nowSeconds })
  expect(writes[0]?.expiresAt).toBe((nowSeconds + 3610) * 1000)
  const token = makeToken({ claims: { iat: nowSeconds - 1, exp: nowSeconds + 3599 } })
  for (const seconds of [0, 3590, 3603, 3604, 3609, 3611]) {
    clock.seconds = nowSeconds + seconds
    expect(await codeOf(verifier, token)).not.toBe('accepted')
  }
})

test('J63 a verifier refuses a list that would forget before its tokens die', () => {
  const denyList = createDenyList({ store: createMemoryStore(), maximumLifetimeSeconds: 3600 })
  expect(misconfiguration(() => makeVerifier({ denyList }))).toContain('maximumLifetimeSeconds')
  expect(
    misconfiguration(() => makeVerifier({ denyList, maximumLifetimeSeconds: 3600 })),
  ).toBeUndefined()
})

test.each([
  ['no subject', { subject: undefined }, 'claim_missing'],
  ['an empty subject', { subject: '' }, 'claim_invalid'],
  ['no issuer', { issuer: undefined }, 'claim_missing'],
  ['a cut-off in milliseconds', { issuedBefore: nowSeconds * 1000 }, 'claim_invalid'],
  ['a cut-off that is no number', { issuedBefore: Number.NaN }, 'claim_invalid'],
  ['a negative cut-off', { issuedBefore: -1 }, 'claim_invalid'],
  ['an endless life', { keepSeconds: Number.POSITIVE_INFINITY }, 'configuration_invalid'],
  ['no life', { keepSeconds: 0 }, 'configuration_invalid'],
])('J63 %s is refused', async (_name, change, code) => {
  const { writes, denyList } = setUp()
  const asked = denyList.denySubject({ issuer, subject: 's', ...change } as never)
  expect((await errorOf(asked)).code).toBe(code)
  expect(writes).toEqual([])
})

test('J63 without a jti a token can still be refused by its subject', async () => {
  const { denyList, now } = setUp()
  const verifier = makeVerifier({ denyList, now, optionalClaims: ['jti'] })
  const token = makeToken({ claims: { jti: undefined } })
  expect(await codeOf(verifier, token)).toBe('accepted')
  await denyList.denySubject({ issuer, subject: canary })
  expect(await codeOf(verifier, token)).toBe('token_denied')
})

test.each([undefined, 'off'] as const)(
  'J64 a denial in one process is seen by the next check of every other (cache %s)',
  async (cache) => {
    const { denyList, makeProcess } = setUp()
    const processes = [makeProcess(cache), makeProcess(cache), makeProcess(cache)]
    const token = makeToken()
    const later = makeToken({ claims: { jti: 'jti-2' } })
    for (const verifier of processes) expect(await codeOf(verifier, token)).toBe('accepted')
    await denyList.denyToken(denied)
    for (const verifier of processes) {
      expect(await codeOf(verifier, token)).toBe('token_denied')
      expect(await codeOf(verifier, later)).toBe('accepted')
    }
    await denyList.denySubject({ issuer, subject: canary })
    for (const verifier of processes) expect(await codeOf(verifier, later)).toBe('token_denied')
  },
)

test.each([
  ['nothing', undefined, 'options'],
  ['no store', {}, 'store'],
  ['a store that is none', { store: {} }, 'store'],
  ['a misspelt option', { store: createMemoryStore(), maximumLifeSeconds: 1 }, 'Did you mean'],
  ['a life of none', { store: createMemoryStore(), maximumLifetimeSeconds: 0 }, 'maximumLifetime'],
  ['a clock that is none', { store: createMemoryStore(), now: 5 }, 'now'],
])('J61 a deny list made of %s is refused', (_name, options, words) => {
  expect(misconfiguration(() => createDenyList(options as never))).toContain(words)
})

test.each([null, {}, 'list', []])('J62 a verifier takes no deny list that is none (%j)', (list) => {
  expect(misconfiguration(() => makeVerifier({ denyList: list as never }))).toContain('denyList')
})
