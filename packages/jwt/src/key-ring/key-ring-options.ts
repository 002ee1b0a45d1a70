import type { Store } from '@coatcheck/store'
import type { Algorithm } from '../algorithms.ts'
import { isAlgorithm, keyNeedOf } from '../algorithms.ts'
import * as defaults from '../defaults.ts'
import { misconfigured, readFunction, readNumber, requireKnownOptions } from '../options.ts'
import type { SealingKey } from '../seal/sealing-keys.ts'
import { isBase64url } from '../token/base64url.ts'
import type { RingStorage } from './ring-storage.ts'
import { createMemoryRingStorage, createSharedRingStorage } from './ring-storage.ts'
import type { Timing } from './timetable.ts'

/** Options of `createKeyRing`. */
export interface KeyRingOptions {
  /**
   * What the keys sign with: any algorithm of public keys. ES256 and EdDSA sign ten times as fast
   * as RS256. To change it, let verifiers list both first: the change is a rotation.
   */
  readonly algorithm: Algorithm
  /** Bits of an RSA modulus. Default 2048. RSA only. */
  readonly modulusLength?: number
  /** How long one key signs, in seconds. Default 2592000 (30 days). */
  readonly rotateEverySeconds?: number
  /**
   * Longest life of the tokens, in seconds. Default 3600. A key stays published for so long after
   * its last signature, and signers refuse to give a longer life.
   */
  readonly tokenLifetimeSeconds?: number
  /**
   * How long verifiers may keep the published set, in seconds; sent as `max-age`. Default 600. The
   * next key is published for more than twice as long before it signs: a set may wait in a shared
   * HTTP cache first, and then in the verifier's own.
   */
  readonly cacheAgeSeconds?: number
  /** Where processes share the ring. Default none: the ring lives and dies with this process. */
  readonly store?: Store
  /**
   * What seals the ring in the store: 32 random octets each, as octets or in base64url. Required
   * with `store`. The first seals, all open; take an old one away after `rotateEverySeconds`.
   * They must serve nothing else.
   */
  readonly sealingKeys?: readonly SealingKey[]
  /** Tells rings apart that share a store: letters, digits, `-` and `_`. Default `'tokens'`. */
  readonly name?: string
  /** Clock in epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number
}

/** {@link KeyRingOptions}, read. */
export interface ResolvedKeyRing {
  readonly algorithm: Algorithm
  readonly modulusLength: { readonly modulusLength?: number }
  readonly tokenLifetimeSeconds: number
  readonly cacheAgeSeconds: number
  readonly timing: Timing
  readonly storage: RingStorage
  readonly now: () => number
}

const optionNames = [
  'algorithm',
  'modulusLength',
  'rotateEverySeconds',
  'tokenLifetimeSeconds',
  'cacheAgeSeconds',
  'store',
  'sealingKeys',
  'name',
  'now',
] as const

const isSealingKey = (key: unknown): boolean =>
  key instanceof Uint8Array
    ? key.length === defaults.sealingKeyBytes
    : isBase64url(key) && key.length === Math.ceil((defaults.sealingKeyBytes * 4) / 3)

const readStorage = ({ store, sealingKeys, name = 'tokens' }: KeyRingOptions): RingStorage => {
  if (typeof name !== 'string' || !/^[\w-]{1,64}$/.test(name)) {
    throw misconfigured('name must be 1 to 64 letters, digits, - and _.')
  }
  if (store === undefined) {
    if (sealingKeys === undefined) return createMemoryRingStorage()
    throw misconfigured('sealingKeys are for a store, and there is none.')
  }
  if (typeof store?.swap !== 'function') {
    throw misconfigured('store must be a store of @coatcheck/store.')
  }
  const isList = Array.isArray(sealingKeys) && sealingKeys.length > 0
  if (isList && sealingKeys.every(isSealingKey)) {
    return createSharedRingStorage(store, `key-ring:${name}`, [...sealingKeys])
  }
  throw misconfigured(
    'sealingKeys must list at least one key of 32 random octets, as a Uint8Array or in base64url: ' +
      'private keys are never stored in the clear.',
  )
}

const readAlgorithm = ({ algorithm, modulusLength }: KeyRingOptions) => {
  if (!isAlgorithm(algorithm) || keyNeedOf(algorithm).kty === 'oct') {
    throw misconfigured(
      'algorithm must name one algorithm of public keys, for example "ES256". There is no default, ' +
        'and HMAC secrets are never published.',
    )
  }
  if (modulusLength !== undefined && keyNeedOf(algorithm).kty !== 'RSA') {
    throw misconfigured('modulusLength is for RSA keys only.')
  }
  if (modulusLength === undefined) return { algorithm, modulusLength: {} }
  const range = {
    name: 'modulusLength',
    from: defaults.minimumRsaBits,
    to: defaults.maximumRsaBits,
  }
  return { algorithm, modulusLength: { modulusLength: readNumber(modulusLength, 0, range) } }
}

/** The largest leeway a verifier may have is also taken for the largest difference of clocks. */
const marginSeconds = defaults.maximumLeewaySeconds

/** A week: a key that must go is known to others for as long. */
const maximumCacheAgeSeconds = 604_800

const readTiming = (options: KeyRingOptions) => {
  const cacheAgeSeconds = Math.ceil(
    readNumber(options.cacheAgeSeconds, defaults.cacheAgeSeconds, {
      name: 'cacheAgeSeconds',
      from: 1,
      to: maximumCacheAgeSeconds,
    }),
  )
  const tokenLifetimeSeconds = readNumber(
    options.tokenLifetimeSeconds,
    defaults.tokenLifetimeSeconds,
    { name: 'tokenLifetimeSeconds', from: 1, to: defaults.maximumLifetimeSeconds },
  )
  const rotateSeconds = readNumber(options.rotateEverySeconds, defaults.rotateEverySeconds, {
    name: 'rotateEverySeconds',
    from: 1,
    to: defaults.maximumLifetimeCeilingSeconds,
  })
  const aheadSeconds = 2 * cacheAgeSeconds + defaults.ringRereadSeconds + marginSeconds
  if (rotateSeconds < aheadSeconds) {
    throw misconfigured(
      `rotateEverySeconds must be at least ${aheadSeconds} with a cacheAgeSeconds of ` +
        `${cacheAgeSeconds}: the next key is published so long before it signs.`,
    )
  }
  const timing: Timing = {
    rotateMs: Math.round(rotateSeconds * 1000),
    aheadMs: aheadSeconds * 1000,
    keepMs: Math.ceil((tokenLifetimeSeconds + 2 * marginSeconds) * 1000),
    skewMs: marginSeconds * 1000,
  }
  return { tokenLifetimeSeconds, cacheAgeSeconds, timing }
}

/** Reads and checks the options of `createKeyRing`. @throws JwtError `configuration_invalid` */
export const resolveKeyRing = (options: KeyRingOptions): ResolvedKeyRing => {
  requireKnownOptions(options, optionNames, 'createKeyRing')
  const now = readFunction(options.now, Date.now, 'now')
  return {
    ...readAlgorithm(options),
    ...readTiming(options),
    storage: readStorage(options),
    // Instants are stored as whole numbers.
    now: () => Math.floor(now()),
  }
}
