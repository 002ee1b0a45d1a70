import type { Store } from '@coatcheck/store'
import { createMemoryStore } from '@coatcheck/store'
import { expect, test } from 'vitest'
import type { KeyRing, KeyRingOptions } from '../index.ts'
import {
  createKeyRing,
  createSigner,
  createVerifier,
  JwtError,
  seal,
  unsealText,
} from '../index.ts'
import { octets } from '../testing/keys.ts'
import { misconfiguration } from '../testing/refusal.ts'
import { audience, now as begin, issuer } from '../testing/tokens.ts'

const sealingKeys = [octets(32)]

/** Rings of several processes over one store, whose clock and health the test decides. */
const setUp = (changes: Partial<KeyRingOptions> = {}) => {
  const world = { atMs: begin(), isDown: false, reads: 0, writes: 0 }
  const now = () => world.atMs
  const memory = createMemoryStore({ now })
  const answer = <Result>(work: () => Promise<Result>): Promise<Result> =>
    world.isDown ? Promise.reject(new Error('redis://user:canary@10.0.0.7')) : work()
  const store: Store = {
    ...memory,
    get: (key) => {
      world.reads += 1
      return answer(() => memory.get(key))
    },
    put: (key, next) => {
      world.writes += 1
      return answer(() => memory.put(key, next))
    },
    swap: (key, version, next) => {
      world.writes += 1
      return answer(() => memory.swap(key, version, next))
    },
  }
  const makeRing = (own: Partial<KeyRingOptions> = {}): KeyRing =>
    createKeyRing({ algorithm: 'ES256', store, sealingKeys, now, ...changes, ...own })
  const pass = (seconds: number): void => {
    world.atMs += seconds * 1000
  }
  return { world, now, memory, makeRing, pass }
}

const kidsOf = async (ring: KeyRing): Promise<readonly string[]> =>
  (JSON.parse((await ring.jwks()).body) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid)

/** The code a promise is refused with; nothing of the store's own words comes through. */
const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise
    return 'fine'
  } catch (error) {
    expect(error).toBeInstanceOf(JwtError)
    const { code, message, stack } = error as JwtError
    expect(`${message} ${stack}`).not.toContain('canary')
    return code
  }
}

test('a ring serves signer, verifier and other verifiers alike', async () => {
  for (const algorithm of ['ES256', 'RS256', 'PS256', 'EdDSA'] as const) {
    const keyRing = createKeyRing({ algorithm, now: begin })
    const signer = createSigner({ issuer, audience, keyRing, now: begin })
    const token = await signer.sign({ subject: 'user-1', clientId: 'spa' })
    const rules = { issuer, audience, algorithms: [algorithm], now: begin }
    expect((await createVerifier({ ...rules, keys: keyRing }).verify(token)).claims.sub).toBe(
      'user-1',
    )
    const keys = JSON.parse((await keyRing.jwks()).body)
    expect((await createVerifier({ ...rules, keys }).verify(token)).claims.sub).toBe('user-1')
  }
})

test('J53 the published set holds public members only, whatever the algorithm and the moment', async () => {
  for (const algorithm of ['RS256', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const) {
    const { makeRing, pass } = setUp({ algorithm, rotateEverySeconds: 1300 })
    const ring = makeRing()
    await ring.jwks()
    for (const seconds of [0, 100, 1200, 10, 4000]) {
      pass(seconds)
      const { body, headers } = await ring.jwks()
      const { keys } = JSON.parse(body) as { keys: Record<string, unknown>[] }
      expect(keys.length).toBeGreaterThanOrEqual(1)
      for (const key of keys) {
        for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']) {
          expect(key).not.toHaveProperty(name)
        }
        expect(key).toMatchObject({ alg: algorithm, use: 'sig' })
        expect(await ring.find(String(key.kid))).toEqual(key)
      }
      expect(headers['content-type']).toBe('application/jwk-set+json')
      expect(headers['cache-control']).toBe('public, max-age=600')
      expect(headers.etag).toMatch(/^"[\w-]{43}"$/)
    }
  }
}, 60_000)

test('J53 what lies in the store is sealed as a whole, and opens in its place only', async () => {
  const { makeRing, memory } = setUp()
  const ring = makeRing()
  const { kid, publicJwk } = await ring.current()
  const entry = await memory.get('key-ring:tokens')
  const value = entry?.value ?? ''
  expect(value).toMatch(/^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/)
  for (const secret of [kid, String(publicJwk?.x)]) expect(value).not.toContain(secret)
  const place = { keys: sealingKeys, associatedData: 'key-ring:tokens' }
  const record = JSON.parse(await unsealText(value, place))
  expect(record.keys[0].jwk.d).toBeDefined()
  await memory.put('key-ring:other', { value, expiresAt: begin() + 1_000_000 })
  expect(await codeOf(makeRing({ name: 'other' }).current())).toBe('configuration_invalid')
})

test('processes that begin at the same moment agree on one key', async () => {
  const { makeRing } = setUp()
  const rings = Array.from({ length: 8 }, () => makeRing())
  const keys = await Promise.all(rings.flatMap((ring) => [ring.current(), ring.current()]))
  expect(new Set(keys.map(({ kid }) => kid)).size).toBe(1)
  const bodies = await Promise.all(rings.map(async (ring) => (await ring.jwks()).body))
  expect(new Set(bodies).size).toBe(1)
})

test('processes that rotate at the same moment add one key, and all publish it in the same second', async () => {
  const { makeRing, pass } = setUp({ rotateEverySeconds: 2000 })
  const rings = Array.from({ length: 8 }, () => makeRing())
  const [first] = await Promise.all(rings.map((ring) => ring.current()))
  pass(2000 - 1215)
  const lists = await Promise.all(rings.map(kidsOf))
  expect(new Set(lists.map(String)).size).toBe(1)
  expect(lists[0]?.length).toBe(2)
  expect((await rings[3]?.current())?.kid).toBe(first?.kid)
  pass(1215)
  const next = await Promise.all(rings.map((ring) => ring.current()))
  expect(new Set(next.map(({ kid }) => kid))).toEqual(new Set([lists[0]?.[1]]))
})

test('the key in use is answered from memory, and the store is asked once in five seconds', async () => {
  const { world, makeRing, pass } = setUp()
  const ring = makeRing()
  const key = await ring.current()
  const { reads } = world
  for (let index = 0; index < 100; index += 1) {
    expect(await ring.current()).toBe(key)
    await ring.jwks()
    await ring.find(key.kid)
  }
  expect(world.reads).toBe(reads)
  pass(5)
  await Promise.all(Array.from({ length: 100 }, () => ring.current()))
  expect(world.reads).toBe(reads + 1)
  expect(await ring.current()).toBe(key)
  expect(await ring.find(key.kid)).toBe(await ring.find(key.kid))
})

test('a private key is deleted once it signs no more, while its public half stays', async () => {
  const { makeRing, memory, pass } = setUp({ rotateEverySeconds: 2000 })
  const ring = makeRing()
  const { kid } = await ring.current()
  const stored = async () => {
    const value = (await memory.get('key-ring:tokens'))?.value ?? ''
    const text = await unsealText(value, { keys: sealingKeys, associatedData: 'key-ring:tokens' })
    return JSON.parse(text).keys as { kid: string; jwk: Record<string, unknown> }[]
  }
  pass(785)
  await ring.current()
  expect((await stored()).map(({ jwk }) => 'd' in jwk)).toEqual([true, true])
  pass(1225)
  await ring.current()
  expect(await stored()).toMatchObject([{ kid }, {}])
  expect((await stored()).map(({ jwk }) => 'd' in jwk)).toEqual([false, true])
  expect(await kidsOf(ring)).toContain(kid)
  pass(3600 + 15)
  expect(await kidsOf(ring)).not.toContain(kid)
  expect(await ring.find(kid)).toBeUndefined()
  expect((await stored()).map((key) => key.kid)).not.toContain(kid)
})

test('a ring that nobody used for long still publishes before it signs', async () => {
  const { makeRing, pass } = setUp({ rotateEverySeconds: 2000 })
  const ring = makeRing()
  const { kid } = await ring.current()
  pass(3000)
  expect((await ring.current()).kid).toBe(kid)
  const [, next] = await kidsOf(ring)
  expect(next).toBeDefined()
  pass(1214)
  expect((await ring.current()).kid).toBe(kid)
  pass(1)
  expect((await ring.current()).kid).toBe(next)
})

test('another algorithm is a rotation: the old key signs until the new one is known', async () => {
  const { makeRing, pass } = setUp()
  const { kid } = await makeRing().current()
  const ring = makeRing({ algorithm: 'EdDSA' })
  expect(await ring.current()).toMatchObject({ kid, alg: 'ES256' })
  expect((await kidsOf(ring)).length).toBe(2)
  pass(1215)
  expect(await ring.current()).toMatchObject({ alg: 'EdDSA' })
})

test('revoking tells whether there was such a key, and touches no other', async () => {
  const { makeRing, pass } = setUp({ rotateEverySeconds: 2000 })
  const ring = makeRing()
  const first = await ring.current()
  expect(await ring.revoke('unknown')).toBe('unknown')
  expect(await kidsOf(ring)).toEqual([first.kid])
  pass(1000)
  const [, second = ''] = await kidsOf(ring)
  expect(await ring.revoke(second)).toBe('revoked')
  expect((await ring.current()).kid).toBe(first.kid)
  expect(await kidsOf(ring)).toEqual([first.kid])
  pass(5)
  const [, third] = await kidsOf(ring)
  expect(third).not.toBe(second)
  expect(await ring.revoke(first.kid)).toBe('revoked')
  expect((await ring.current()).kid).toBe(third)
  expect(await kidsOf(ring)).toEqual([third])
  expect(await ring.revoke(first.kid)).toBe('unknown')
})

test('a key that has signed before never signs again after a revocation', async () => {
  const { makeRing, pass } = setUp({ rotateEverySeconds: 2000 })
  const ring = makeRing()
  const first = await ring.current()
  pass(785)
  await ring.current()
  pass(1215)
  const second = await ring.current()
  expect(second.kid).not.toBe(first.kid)
  await ring.revoke(second.kid)
  const third = await ring.current()
  expect([first.kid, second.kid]).not.toContain(third.kid)
  expect(await kidsOf(ring)).toEqual([first.kid, third.kid])
})

test('two processes that revoke one key at the same moment leave one ring with one key', async () => {
  const { makeRing } = setUp()
  const rings = [makeRing(), makeRing(), makeRing()]
  const key = await rings[0]?.current()
  const outcomes = await Promise.all(rings.map((ring) => ring.revoke(key?.kid ?? '')))
  expect([...outcomes].sort()).toEqual(['revoked', 'unknown', 'unknown'])
  const kids = await Promise.all(rings.map(async (ring) => (await ring.current()).kid))
  expect(new Set(kids).size).toBe(1)
  expect(kids).not.toContain(key?.kid)
})

test('a revoked key does not come back with the process that still remembers it', async () => {
  const { makeRing, pass } = setUp({ rotateEverySeconds: 2000 })
  const [ring, other] = [makeRing(), makeRing()]
  const { kid } = await ring.current()
  await other.current()
  await ring.revoke(kid)
  pass(1000)
  await other.current()
  expect(await kidsOf(other)).not.toContain(kid)
  expect(await kidsOf(makeRing())).not.toContain(kid)
})

test('J55 while the store is down the ring signs as long as no other process can have moved on', async () => {
  const { world, makeRing, pass } = setUp()
  const ring = makeRing()
  const { kid } = await ring.current()
  expect((await ring.jwks()).headers['cache-control']).toBe('public, max-age=600')
  world.isDown = true
  for (let second = 0; second < 1204; second += 1) {
    pass(1)
    expect((await ring.current()).kid).toBe(kid)
  }
  expect((await ring.jwks()).headers['cache-control']).toBe('public, max-age=5')
  expect(await codeOf(ring.revoke(kid))).toBe('keys_unavailable')
  pass(1)
  expect(await codeOf(ring.current())).toBe('keys_unavailable')
  expect(await codeOf(ring.jwks())).toBe('keys_unavailable')
  expect(await codeOf(ring.find(kid))).toBe('keys_unavailable')
  expect(await codeOf(makeRing().current())).toBe('keys_unavailable')
  world.isDown = false
  pass(1)
  expect((await ring.current()).kid).toBe(kid)
})

test('a store that is down is asked once a second, not by every token', async () => {
  const { world, makeRing, pass } = setUp()
  const ring = makeRing()
  await ring.current()
  world.isDown = true
  pass(5)
  const { reads } = world
  for (let index = 0; index < 50; index += 1) await ring.current()
  expect(world.reads).toBe(reads + 1)
  pass(1)
  for (let index = 0; index < 50; index += 1) await ring.current()
  expect(world.reads).toBe(reads + 2)
})

test('sealing keys rotate: the first seals, all open, and without the right one nothing is lost', async () => {
  const { makeRing, pass, memory } = setUp({ rotateEverySeconds: 2000 })
  const { kid } = await makeRing().current()
  const fresh = Uint8Array.from(octets(33).subarray(1))
  const stranger = makeRing({ sealingKeys: [fresh] })
  const before = await memory.get('key-ring:tokens')
  expect(await codeOf(stranger.current())).toBe('configuration_invalid')
  expect(await codeOf(stranger.jwks())).toBe('configuration_invalid')
  expect(await codeOf(stranger.revoke(kid))).toBe('configuration_invalid')
  expect(await memory.get('key-ring:tokens')).toEqual(before)
  const both = makeRing({ sealingKeys: [fresh, ...sealingKeys] })
  expect((await both.current()).kid).toBe(kid)
  pass(2000)
  await both.current()
  expect((await kidsOf(makeRing({ sealingKeys: [fresh] })))[0]).toBe(kid)
})

test('a stored record that was changed, or that a later version wrote, is left alone', async () => {
  const place = { keys: sealingKeys, associatedData: 'key-ring:tokens' }
  for (const text of [
    '{"format":2,"keys":[]}',
    '{"format":1,"keys":[]}',
    '{"format":1,"keys":[{"kid":"a","alg":"none","signsFrom":1,"keepMs":1,"jwk":{"kty":"EC"}}]}',
    '{"format":1,"keys":[{"kid":"a","alg":"ES256","signsFrom":"1","keepMs":1,"jwk":{}}]}',
    '{"format":1,"keys":{}}',
    'null',
    'no JSON',
  ]) {
    const { makeRing, memory } = setUp()
    const value = await seal(text, place)
    await memory.put('key-ring:tokens', { value, expiresAt: begin() + 1_000_000 })
    expect(await codeOf(makeRing().current())).toBe('configuration_invalid')
    expect((await memory.get('key-ring:tokens'))?.value).toBe(value)
  }
  const { makeRing, memory } = setUp()
  await makeRing().current()
  const entry = await memory.get('key-ring:tokens')
  const value = `${entry?.value.slice(0, -30)}${'A'.repeat(30)}`
  await memory.swap('key-ring:tokens', entry?.version ?? '', {
    value,
    expiresAt: begin() + 1_000_000,
  })
  expect(await codeOf(makeRing().current())).toBe('configuration_invalid')
})

test('two names are two rings in one store', async () => {
  const { makeRing } = setUp()
  const [a, b] = [await makeRing().current(), await makeRing({ name: 'admin' }).current()]
  expect(a.kid).not.toBe(b.kid)
})

test('a clock that is set back leaves a ring that signs', async () => {
  const { makeRing, pass } = setUp({ rotateEverySeconds: 2000 })
  const ring = makeRing()
  for (let step = 0; step < 5; step += 1) {
    await ring.current()
    pass(1000)
  }
  pass(-100_000)
  const { kid } = await ring.current()
  expect(await kidsOf(ring)).toContain(kid)
})

test('options that are wrong or contradict each other make no ring', () => {
  const { makeRing } = setUp()
  const withoutStore = { store: undefined, sealingKeys: undefined }
  const refused: readonly Record<string, unknown>[] = [
    { algorithm: undefined },
    { algorithm: 'none' },
    { algorithm: 'HS256' },
    { algorithm: 'es256' },
    { algorithm: ['ES256'] },
    { modulusLength: 2048 },
    { algorithm: 'RS256', modulusLength: 1024 },
    { rotateEverySeconds: 1214 },
    { rotateEverySeconds: 0 },
    { rotateEverySeconds: Number.NaN },
    { rotateEverySeconds: Number.POSITIVE_INFINITY },
    { rotateEverySeconds: '2592000' },
    { cacheAgeSeconds: 0 },
    { cacheAgeSeconds: 604_801 },
    { cacheAgeSeconds: 86_400, rotateEverySeconds: 100_000 },
    { tokenLifetimeSeconds: 0 },
    { tokenLifetimeSeconds: 86_401 },
    { sealingKeys: undefined },
    { sealingKeys: [] },
    { sealingKeys: [octets(31)] },
    { sealingKeys: ['a password, which is not thirty-two octets'] },
    { sealingKeys: octets(32) },
    { ...withoutStore, sealingKeys },
    { store: {} },
    { store: null },
    { name: '' },
    { name: 'a:b' },
    { name: 7 },
    { now: 7 },
    { rotateEverySecond: 86_400 },
  ]
  for (const changes of refused) {
    const reason = misconfiguration(() => makeRing(changes as Partial<KeyRingOptions>))
    expect([changes, reason]).not.toEqual([changes, undefined])
  }
  expect(misconfiguration(() => makeRing({ rotateEverySecond: 1 } as never))).toContain(
    '"rotateEverySeconds"',
  )
  expect(misconfiguration(() => createKeyRing(undefined as never))).toBeDefined()
})
