import { createMemoryStore } from '@coatcheck/store'
import { expect, test } from 'vitest'
import { publishKeys } from '../fetch/publish-keys.ts'
import type { Jwk, JwtError, KeyRing, KeySource, Verifier } from '../index.ts'
import { createKeyRing, createRemoteKeySet, createSigner, createVerifier } from '../index.ts'
import { octets } from '../testing/keys.ts'
import { audience, now as begin, issuer } from '../testing/tokens.ts'

const rotateEverySeconds = 100
const tokenLifetimeSeconds = 60
const cacheAgeSeconds = 30
const leewaySeconds = 10

const url = 'https://login.example/jwks'

/** One clock for all machines; some of them are a few seconds off. */
const createClock = () => {
  let elapsedMs = 0
  return {
    at: (offsetSeconds: number) => () => begin() + elapsedMs + offsetSeconds * 1000,
    tick: () => {
      elapsedMs += 1000
    },
  }
}

type Fetch = typeof globalThis.fetch

/** Behind one address, every process answers in turn. */
const balance = (rings: readonly KeyRing[]): Fetch => {
  const handlers = rings.map((keyRing) => publishKeys({ keyRing }))
  let turn = 0
  return async (input) => {
    turn += 1
    const handler = handlers[turn % handlers.length]
    if (handler === undefined) throw new Error('no process')
    return handler(new Request(String(input)))
  }
}

/** A shared HTTP cache that keeps an answer as long as it may. */
const createHttpCache = (origin: Fetch, now: () => number): Fetch => {
  let kept: { readonly until: number; readonly response: Response } | undefined
  return async (input) => {
    if (kept === undefined || now() >= kept.until) {
      const response = await origin(input)
      const [, seconds] = /max-age=(\d+)/.exec(response.headers.get('cache-control') ?? '') ?? []
      kept = { until: now() + Number(seconds) * 1000, response }
    }
    return kept.response.clone()
  }
}

/** The least a verifier may do: it keeps a set as long as it may and never asks in between. */
const createStubbornKeySet = (fetch: Fetch, now: () => number): KeySource => {
  let kept: { readonly until: number; readonly keys: readonly Jwk[] } | undefined
  return {
    find: async (kid) => {
      if (kept === undefined || now() >= kept.until) {
        const { keys } = (await (await fetch(url)).json()) as { keys: readonly Jwk[] }
        kept = { until: now() + cacheAgeSeconds * 1000, keys }
      }
      return kept.keys.find((key) => key.kid === kid)
    },
  }
}

/** When each key was first and last seen. */
const createSpans = () => {
  const spans = new Map<string, readonly [first: number, last: number]>()
  return {
    saw: (kid: string, at: number): void => {
      const [first] = spans.get(kid) ?? [at]
      spans.set(kid, [first, at])
    },
    kids: (): readonly string[] => [...spans.keys()],
    first: (kid: string): number => spans.get(kid)?.[0] ?? Number.NaN,
    last: (kid: string): number => spans.get(kid)?.[1] ?? Number.NaN,
  }
}

interface Issued {
  readonly token: string
  readonly kid: string
  readonly at: number
}

const setUp = () => {
  const clock = createClock()
  const now = clock.at(0)
  const store = createMemoryStore({ now })
  const rings = [-8, 8].map((offset) =>
    createKeyRing({
      algorithm: 'EdDSA',
      store,
      sealingKeys: [octets(32)],
      rotateEverySeconds,
      tokenLifetimeSeconds,
      cacheAgeSeconds,
      now: clock.at(offset),
    }),
  )
  const signers = rings.map((keyRing, index) =>
    createSigner({ issuer, audience, keyRing, now: clock.at(index === 0 ? -8 : 8) }),
  )
  const fetch = balance(rings)
  const makeVerifier = (keys: KeySource): Verifier =>
    createVerifier({ issuer, audience, algorithms: ['EdDSA'], keys, leewaySeconds, now })
  const verifiers = [
    makeVerifier(createRemoteKeySet(url, { fetch, now, cacheSeconds: cacheAgeSeconds })),
    makeVerifier(createStubbornKeySet(fetch, now)),
    makeVerifier(createStubbornKeySet(createHttpCache(fetch, now), now)),
  ]
  return { clock, now, rings, signers, verifiers }
}

test('J55 ten keys follow one another in two processes, and no valid token is ever refused', async () => {
  const { clock, now, signers, verifiers } = setUp()
  const alive: Issued[] = []
  const kids = new Set<string>()
  const seen = { verified: 0, refused: new Map<string, number>(), overlaps: 0 }

  const verify = async ({ token, at }: Issued, verifier: Verifier): Promise<void> => {
    await verifier.verify(token).then(
      () => {
        seen.verified += 1
      },
      (error: JwtError) => {
        const key = `${error.code} ${(now() - at) / 1000}`
        seen.refused.set(key, (seen.refused.get(key) ?? 0) + 1)
      },
    )
  }

  const seconds = 10 * rotateEverySeconds + 50
  for (let second = 0; second < seconds; second += 1) {
    const fresh = await Promise.all(
      signers.map(async (signer) => {
        const { token, header } = await signer.issue({ subject: 'user-1', clientId: 'spa' })
        return { token, kid: header.kid, at: now() }
      }),
    )
    for (const { kid } of fresh) kids.add(kid)
    alive.push(...fresh)
    // The slow process stamps its tokens eight seconds early: their exp comes as much sooner.
    const oldest = now() - (tokenLifetimeSeconds - 8) * 1000
    while ((alive[0]?.at ?? Number.POSITIVE_INFINITY) < oldest) alive.shift()
    if (new Set(alive.map(({ kid }) => kid)).size > 1) seen.overlaps += 1
    const middle = Math.floor(alive.length / 2)
    const sample = [...fresh, ...alive.slice(middle, middle + 2), ...alive.slice(0, 2)]
    await Promise.all(
      verifiers.flatMap((verifier) => sample.map((issued) => verify(issued, verifier))),
    )
    clock.tick()
  }

  expect([...seen.refused]).toEqual([])
  expect(seen.verified).toBeGreaterThan(seconds * verifiers.length * 5)
  expect(kids.size).toBeGreaterThanOrEqual(10)
  expect(kids.size).toBeLessThanOrEqual(12)
  expect(seen.overlaps).toBeGreaterThan(400)
}, 60_000)

test('J55 every key is published for the cache age before it signs, and until its last token is dead', async () => {
  const { clock, now, rings, signers } = setUp()
  const published = createSpans()
  const signed = createSpans()
  const alive = createSpans()
  for (let second = 0; second < 450; second += 1) {
    for (const signer of signers) {
      const { header, claims } = await signer.issue({ subject: 'user-1', clientId: 'spa' })
      signed.saw(header.kid, now())
      alive.saw(header.kid, (claims.exp + leewaySeconds) * 1000)
    }
    for (const ring of rings) {
      const { keys } = JSON.parse((await ring.jwks()).body) as { keys: readonly { kid: string }[] }
      for (const { kid } of keys) published.saw(kid, now())
    }
    clock.tick()
  }
  const [, ...later] = signed.kids()
  expect(later.length).toBeGreaterThanOrEqual(3)
  for (const kid of later) {
    const ahead = signed.first(kid) - published.first(kid)
    // The clocks of the two processes differ by sixteen seconds.
    expect(ahead).toBeGreaterThanOrEqual(2 * cacheAgeSeconds * 1000 - 16_000)
  }
  for (const kid of signed.kids().slice(0, 3)) {
    expect(published.last(kid)).toBeGreaterThanOrEqual(alive.last(kid))
    expect(published.last(kid)).toBeLessThan(now() - 1000)
  }
}, 60_000)

test('J55 a revoked key is gone at once at home, and after the cache age everywhere', async () => {
  const { clock, rings, signers, verifiers } = setUp()
  const sign = (index: number) =>
    signers[index]?.issue({ subject: 'user-1', clientId: 'spa' }) ?? Promise.reject(new Error())
  const { token, header } = await sign(0)
  for (const verifier of verifiers) await verifier.verify(token)
  expect((await sign(1)).header.kid).toBe(header.kid)

  expect(await rings[0]?.revoke(header.kid)).toBe('revoked')
  expect(await rings[0]?.find(header.kid)).toBeUndefined()
  const next = await sign(0)
  expect(next.header.kid).not.toBe(header.kid)
  // Another process notices within seconds.
  for (let second = 0; second <= 5; second += 1) clock.tick()
  expect((await sign(1)).header.kid).toBe(next.header.kid)
  // A verifier that asks for an unknown kid takes the new key at once, and with it the new set.
  const [asking, ...stubborn] = verifiers
  await asking?.verify(next.token)
  await expect(asking?.verify(token)).rejects.toMatchObject({ code: 'key_unknown' })

  for (let second = 0; second <= 2 * cacheAgeSeconds; second += 1) clock.tick()
  const latest = await sign(1)
  for (const verifier of [asking, ...stubborn]) {
    expect((await verifier?.verify(latest.token))?.header.kid).toBe(next.header.kid)
    await expect(verifier?.verify(token)).rejects.toMatchObject({ code: 'key_unknown' })
  }
})
