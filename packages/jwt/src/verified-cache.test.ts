import { expect, test, vi } from 'vitest'
import { createRemoteKeySet } from './keys/remote-key-set.ts'
import { ecdsaTwin } from './testing/hostile/signature.ts'
import { json, startKeyServer } from './testing/key-server.ts'
import { makeEcKey } from './testing/keys.ts'
import { codeOf, makeVerifier, misconfiguration } from './testing/refusal.ts'
import { issuer, keys, makeToken, nowSeconds } from './testing/tokens.ts'
import type { VerifierOptions } from './verifier-options.ts'

/** A verifier with a clock that the test moves, and a count of its signature checks. */
const setUp = (changes: Partial<VerifierOptions> = {}) => {
  const clock = { seconds: nowSeconds }
  const now = () => clock.seconds * 1000
  const verifier = makeVerifier({ now, ...changes })
  const platform = vi.spyOn(crypto.subtle, 'verify')
  /** How many signatures were checked for it. */
  const costOf = async (token: string): Promise<number> => {
    const before = platform.mock.calls.length
    await codeOf(verifier, token)
    return platform.mock.calls.length - before
  }
  return { clock, now, verifier, costOf }
}

test('a token that was verified costs no second signature check', async () => {
  const { verifier, costOf } = setUp()
  const token = makeToken()
  expect(await costOf(token)).toBe(1)
  expect(await costOf(token)).toBe(0)
  expect(await codeOf(verifier, token)).toBe('accepted')
})

test('with the cache off every token is verified anew', async () => {
  const { costOf } = setUp({ cache: 'off' })
  const token = makeToken()
  expect(await costOf(token)).toBe(1)
  expect(await costOf(token)).toBe(1)
})

test('J15 what was refused once is judged anew, and other spellings are not the token', async () => {
  const { verifier, costOf } = setUp()
  const token = makeToken()
  const forged = `${token.slice(0, -20)}${'A'.repeat(20)}`
  expect(await costOf(token)).toBe(1)
  expect(await costOf(forged)).toBe(1)
  expect(await costOf(forged)).toBe(1)
  expect(await codeOf(verifier, forged)).toBe('signature_invalid')
  for (const text of [`${token}=`, ` ${token}`, `${token}\n`, token.slice(0, -1), `${token}.`]) {
    expect(await codeOf(verifier, text)).toBe('token_malformed')
  }
  expect(await costOf(ecdsaTwin(token))).toBe(1)
})

/** Texts that end exactly as a genuine token does. */
const withItsEnd = (token: string): readonly (readonly [string, string])[] => {
  const [header = '', claims = '', signature = ''] = token.split('.')
  const other = makeToken({ claims: { sub: 'admin' } }).split('.')
  const longer = makeToken({ header: { x: 1 } }).split('.')
  const swap = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1)
  return [
    ['signature_invalid', `${header}.${other[1]}.${signature}`],
    ['signature_invalid', `${header}.${claims}.${swap(signature)}`],
    ['signature_invalid', `${longer[0]}.${claims}.${signature}`],
    ['token_malformed', `${claims}.${signature}`],
    ['token_malformed', signature],
    ['token_malformed', token.slice(-24)],
    ['token_malformed', token.slice(1)],
    ['token_malformed', `.${token}`],
  ]
}

test('J15 other content under the signature of a kept token is judged by itself', async () => {
  const { verifier, costOf } = setUp()
  const token = makeToken()
  expect(await costOf(token)).toBe(1)
  for (const [code, text] of withItsEnd(token)) {
    expect(await codeOf(verifier, text)).toBe(code)
    // Nor does the attempt push the token out.
    expect(await costOf(token)).toBe(0)
  }
})

test.each([
  [-1, 'token_not_yet_valid'],
  [0, 'accepted'],
  [299, 'accepted'],
  [304, 'accepted'],
  [304.999, 'accepted'],
  [305, 'token_expired'],
  [306, 'token_expired'],
  [86_400, 'token_expired'],
  [Number.NaN, 'token_expired'],
])('J17 a kept token %d s later is %s', async (later, code) => {
  const { clock, verifier } = setUp()
  const token = makeToken({ claims: { iat: nowSeconds + 5 } })
  expect(await codeOf(verifier, token)).toBe('accepted')
  clock.seconds = nowSeconds + later
  expect(await codeOf(verifier, token)).toBe(code)
  // And it stays so while the clock does.
  expect(await codeOf(verifier, token)).toBe(code)
})

test.each([
  [-6, 'token_not_yet_valid'],
  [-5.001, 'token_not_yet_valid'],
  [-5, 'accepted'],
])('J18 a kept token before its nbf, %d s from it, is %s', async (offset, code) => {
  const { clock, verifier } = setUp()
  const token = makeToken({ claims: { nbf: nowSeconds, iat: nowSeconds - 60 } })
  expect(await codeOf(verifier, token)).toBe('accepted')
  clock.seconds = nowSeconds + offset
  expect(await codeOf(verifier, token)).toBe(code)
})

const k2 = makeEcKey('ES256', 'k2')
const imposter = makeEcKey('ES256', 'es')

/** The same over a real key server. */
const setUpRemote = async (cacheSeconds = 600) => {
  const server = await startKeyServer(json({ keys: [keys.es.jwk, k2.jwk] }))
  const clock = { seconds: nowSeconds }
  const now = () => clock.seconds * 1000
  const remote = createRemoteKeySet(server.url, { now, cacheSeconds, maximumAgeSeconds: 7200 })
  return { server, clock, verifier: makeVerifier({ keys: remote, now }) }
}

const longLived = makeToken({ claims: { exp: nowSeconds + 36_000 } })
const longLived2 = makeToken({ key: k2, claims: { exp: nowSeconds + 36_000 } })

test('J40 a withdrawn key stops working for kept tokens as well', async () => {
  const { server, clock, verifier } = await setUpRemote()
  expect(await codeOf(verifier, longLived)).toBe('accepted')
  expect(await codeOf(verifier, longLived2)).toBe('accepted')
  server.answer = json({ keys: [k2.jwk] })
  clock.seconds += 599
  expect(await codeOf(verifier, longLived)).toBe('accepted')
  clock.seconds += 1
  expect(await codeOf(verifier, longLived)).toBe('key_unknown')
  expect(await codeOf(verifier, longLived2)).toBe('accepted')
})

test('J40 a kept token does not survive that its kid got another key', async () => {
  const { server, clock, verifier } = await setUpRemote()
  expect(await codeOf(verifier, longLived)).toBe('accepted')
  server.answer = json({ keys: [imposter.jwk] })
  clock.seconds += 600
  expect(await codeOf(verifier, longLived)).toBe('signature_invalid')
})

test('J40 a key of a source that was removed at once stops kept tokens at once', async () => {
  const held = new Map([['es', keys.es.jwk]])
  const { verifier } = setUp({ keys: { find: async (kid) => held.get(kid) } })
  expect(await codeOf(verifier, makeToken())).toBe('accepted')
  held.delete('es')
  expect(await codeOf(verifier, makeToken())).toBe('key_unknown')
  expect(await codeOf(verifier, longLived)).toBe('key_unknown')
})

test('J40 a source that answers from memory is held to each answer', async () => {
  const held = new Map([['es', keys.es.jwk]])
  const asked: string[] = []
  const { verifier, costOf } = setUp({
    keys: {
      find: async (kid) => {
        asked.push(kid)
        return undefined
      },
      findHeld: (kid) => held.get(kid),
    },
  })
  const token = makeToken()
  expect([await costOf(token), await costOf(token), asked]).toEqual([1, 0, []])
  held.set('es', imposter.jwk)
  expect(await codeOf(verifier, token)).toBe('signature_invalid')
  held.set('es', { ...keys.es.jwk, kid: 'k2' })
  expect(await codeOf(verifier, token)).toBe('key_unknown')
  held.delete('es')
  expect([await codeOf(verifier, token), asked]).toEqual(['key_unknown', ['es']])
})

test('J39 a source whose memory fails is no key', async () => {
  const failing = () => {
    throw new Error(makeToken())
  }
  const { verifier } = setUp({ keys: { find: async () => keys.es.jwk, findHeld: failing } })
  expect(await codeOf(verifier, makeToken())).toBe('keys_unavailable')
  const notEven = { find: async () => keys.es.jwk, findHeld: 'es' } as never
  expect(misconfiguration(() => makeVerifier({ keys: notEven }))).toContain('findHeld')
})

test('J39 kept tokens serve in an outage no longer than the keys do', async () => {
  const { server, clock, verifier } = await setUpRemote()
  expect(await codeOf(verifier, longLived)).toBe('accepted')
  await server.stop()
  clock.seconds += 7199
  expect(await codeOf(verifier, longLived)).toBe('accepted')
  clock.seconds += 1
  expect(await codeOf(verifier, longLived)).toBe('keys_unavailable')
  await server.start()
  clock.seconds += 30
  expect(await codeOf(verifier, longLived)).toBe('accepted')
})

test('J16 nobody can change what the next request is told', async () => {
  const { verifier } = setUp()
  const token = makeToken({ claims: { roles: ['user'], org: { units: [{ id: 1 }] } } })
  const first = await verifier.verify(token)
  const claims = first.claims as unknown as {
    sub: string
    roles: string[]
    org: { units: { id: number }[] }
  }
  expect(() => {
    claims.sub = 'admin'
  }).toThrow(TypeError)
  expect(() => claims.roles.push('admin')).toThrow(TypeError)
  expect(() => {
    ;(claims.org.units[0] as { id: number }).id = 2
  }).toThrow(TypeError)
  expect(() => {
    ;(first as { claims: unknown }).claims = {}
  }).toThrow(TypeError)
  expect(() => Object.assign(first.header, { alg: 'none' })).toThrow(TypeError)
  const second = await verifier.verify(token)
  expect(second.claims).toMatchObject({ roles: ['user'], org: { units: [{ id: 1 }] } })
  const fresh = await setUp({ cache: 'off' }).verifier.verify(token)
  expect(Object.isFrozen(fresh.claims.roles)).toBe(true)
  expect(fresh).toEqual(second)
})

test('J22 one verifier keeps nothing of what another verified', async () => {
  const token = makeToken()
  expect(await codeOf(setUp().verifier, token)).toBe('accepted')
  expect(await codeOf(setUp({ audience: 'https://other.example' }).verifier, token)).toBe(
    'claim_mismatch',
  )
  expect(await codeOf(setUp({ issuer: `${issuer}/` }).verifier, token)).toBe('claim_mismatch')
})

const tokenNumber = (index: number): string => makeToken({ claims: { jti: `jti-${index}` } })

test('J13 the cache holds no more tokens than it may, the latest used longest', async () => {
  const { costOf } = setUp({ cache: { maximumEntries: 8 } })
  const often = tokenNumber(0)
  expect(await costOf(often)).toBe(1)
  for (let index = 1; index <= 30; index += 1) {
    expect(await costOf(tokenNumber(index))).toBe(1)
    expect(await costOf(often)).toBe(0)
  }
  // ES256 signatures differ each time, so texts have to be kept to be sent again.
  const texts = Array.from({ length: 30 }, (_, index) => tokenNumber(100 + index))
  for (const text of texts) await costOf(text)
  const costs = []
  for (const text of texts.slice(-4)) costs.push(await costOf(text))
  expect(costs).toEqual([0, 0, 0, 0])
  for (const text of texts.slice(0, 22)) expect(await costOf(text)).toBe(1)
})

test('J13 the cache holds no more text than it may', async () => {
  const size = makeToken().length
  const { costOf } = setUp({ cache: { maximumCharacters: size * 6 } })
  const texts = Array.from({ length: 12 }, (_, index) => tokenNumber(10 + index))
  for (const text of texts) await costOf(text)
  const costs = []
  for (const text of texts.toReversed()) costs.push(await costOf(text))
  const hits = costs.filter((cost) => cost === 0).length
  expect(hits).toBeGreaterThanOrEqual(2)
  expect(hits).toBeLessThanOrEqual(6)
  const long = makeToken({ claims: { x: 'x'.repeat(size * 5) } })
  expect(await costOf(long)).toBe(1)
  expect(await costOf(long)).toBe(1)
})

test.each([
  ['a text', 'on', 'cache takes one options object'],
  ['null', null, 'cache takes one options object'],
  ['true', true, 'cache takes one options object'],
  ['a misspelt limit', { maxEntries: 5 }, 'maximumEntries'],
  ['no entry', { maximumEntries: 0 }, 'maximumEntries'],
  ['no number', { maximumEntries: '5' }, 'maximumEntries'],
  ['no end', { maximumEntries: Number.POSITIVE_INFINITY }, 'maximumEntries'],
  ['no room', { maximumCharacters: 1 }, 'maximumCharacters'],
])('J13 a cache of %s is refused', (_name, cache, words) => {
  expect(misconfiguration(() => makeVerifier({ cache: cache as never }))).toContain(words)
})
