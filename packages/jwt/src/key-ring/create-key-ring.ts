import { ringRereadSeconds } from '../defaults.ts'
import { JwtError } from '../errors.ts'
import { importKey } from '../keys/import-key.ts'
import type { Jwk } from '../keys/jwk.ts'
import type { SigningKey } from '../keys/signing-key.ts'
import { encodeBytes } from '../token/encode-base64url.ts'
import type { KeyRingOptions } from './key-ring-options.ts'
import { resolveKeyRing } from './key-ring-options.ts'
import type { KeyRing, PublishedKeySet } from './key-ring-port.ts'
import { makeRingKey, toPublicRingJwk } from './ring-key.ts'
import type { KnownRing } from './ring-state.ts'
import { createRingState } from './ring-state.ts'
import type { RingKey, RingRecord } from './timetable.ts'
import { needsReplacement, publishedAt, signingKeyAt, withoutKey } from './timetable.ts'

const hash = async (text: string): Promise<string> => {
  const octets = new TextEncoder().encode(text)
  return encodeBytes(new Uint8Array(await crypto.subtle.digest('SHA-256', octets)))
}

/** Keeps what was made of a key for as long as the ring holds the key. */
const createKeyMemory = <Made>(make: (key: RingKey) => Made) => {
  const made = new Map<string, Made>()
  return {
    of: (key: RingKey): Made => {
      const known = made.get(key.kid)
      if (known !== undefined) return known
      const fresh = make(key)
      made.set(key.kid, fresh)
      return fresh
    },
    forgetAllBut: (record: RingRecord): void => {
      const kids = new Set(record.map(({ kid }) => kid))
      for (const kid of made.keys()) if (!kids.has(kid)) made.delete(kid)
    },
  }
}

/**
 * Creates a ring of signing keys that rotate by themselves (OpenID Connect Core, section 10.1.1).
 * The next key is published before it signs, for longer than any verifier keeps an old set, and a
 * key stays published until the last token it signed has expired everywhere. Nothing runs in the
 * background: the ring moves on when it is used. Processes that share a store share one ring.
 *
 * @example
 * ```ts
 * const keyRing = createKeyRing({ algorithm: 'ES256', store, sealingKeys: [sealingKey] })
 * const signer = createSigner({ issuer, audience, keyRing })
 * const verifier = createVerifier({ issuer, audience, algorithms: ['ES256'], keys: keyRing })
 * ```
 *
 * @throws JwtError `configuration_invalid` when an option is wrong, or two contradict each other;
 * as a rejection of its methods when `sealingKeys` do not open what the store holds
 */
export const createKeyRing = (options: KeyRingOptions): KeyRing => {
  const ring = resolveKeyRing(options)
  const { timing, now, cacheAgeSeconds } = ring
  const state = createRingState(ring)
  const publicJwks = createKeyMemory<Jwk>(toPublicRingJwk)
  const signingKeys = createKeyMemory<Promise<SigningKey>>(({ kid, alg, jwk }) =>
    importKey(jwk, alg, { kid }),
  )
  let held: RingRecord = []
  let published: { readonly body: string; readonly etag: Promise<string> } | undefined

  const load = async (): Promise<KnownRing> => {
    const known = await state.load()
    if (known.record !== held) {
      held = known.record
      publicJwks.forgetAllBut(held)
      signingKeys.forgetAllBut(held)
    }
    return known
  }

  const current = async (): Promise<SigningKey> => {
    const { record } = await load()
    const key = signingKeyAt(record, now())
    if (key !== undefined) return signingKeys.of(key)
    throw new JwtError('keys_unavailable', 'The key ring has no key to sign with.')
  }

  const find = async (kid: string): Promise<Jwk | undefined> => {
    const { record } = await load()
    const key = publishedAt(record, now(), timing).find((candidate) => candidate.kid === kid)
    return key === undefined ? undefined : publicJwks.of(key)
  }

  const jwks = async (): Promise<PublishedKeySet> => {
    const { record, isFresh } = await load()
    const keys = publishedAt(record, now(), timing).map(publicJwks.of)
    const body = JSON.stringify({ keys })
    if (published?.body !== body) published = { body, etag: hash(body) }
    // A set that may lack another process's next key is not to be kept.
    const maximumAge = isFresh ? cacheAgeSeconds : Math.min(ringRereadSeconds, cacheAgeSeconds)
    const headers = {
      'content-type': 'application/jwk-set+json',
      'cache-control': `public, max-age=${maximumAge}`,
      etag: `"${await published.etag}"`,
    }
    return { body, headers }
  }

  const revoke: KeyRing['revoke'] = async (kid) => {
    let spare: RingKey | undefined
    const isChanged = await state.change(async (record) => {
      if (!record.some((key) => key.kid === kid)) return undefined
      const at = now()
      if (needsReplacement(record, kid, at)) spare ??= await makeRingKey(ring, at)
      return withoutKey(record, kid, at, spare && { ...spare, signsFrom: at })
    })
    return isChanged ? 'revoked' : 'unknown'
  }

  const { tokenLifetimeSeconds } = ring
  return { tokenLifetimeSeconds, current, find, jwks, revoke }
}
