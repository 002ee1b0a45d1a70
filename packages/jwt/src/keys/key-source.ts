import type { CryptoKey } from 'jose'
import { importJWK } from 'jose'
import type { Algorithm } from '../algorithms.ts'
import { keyNeedOf } from '../algorithms.ts'
import { JwtError } from '../errors.ts'
import { misconfigured } from '../options.ts'
import { decodeToBytes } from '../token/base64url.ts'
import { isRecord } from '../token/json.ts'
import type { NamedCryptoKey } from './crypto-key.ts'
import { findCryptoKeyDefect } from './crypto-key.ts'
import type { Jwk, KeyMaterial } from './jwk.ts'
import { hasPrivateMember, readJwk } from './jwk.ts'
import type { JwkSet } from './jwk-set.ts'
import { readJwkSet } from './jwk-set.ts'

/**
 * A place to look keys up by `kid`, such as a remote key set. The answer for one key should be the
 * same object every time, because what was imported from it is kept with it.
 */
export interface KeySource {
  /**
   * Resolves to the public key of that name, or to `undefined` when there is none.
   *
   * @throws JwtError `keys_unavailable` when that cannot be told now
   */
  find(kid: string): Promise<Jwk | undefined>
  /**
   * What `find` would resolve to now, where no waiting is needed to tell; `undefined` says nothing,
   * and `find` is asked. It spares each verification of a kept token a promise. Default: `find` is
   * asked each time.
   */
  findHeld?(kid: string): Jwk | undefined
}

/**
 * The keys of an issuer: a public JWK Set, a remote key set or other {@link KeySource}, one public
 * JWK (or an `oct` secret, for HMAC) that has a `kid`, or one `CryptoKey` with its names.
 */
export type VerificationKeys = JwkSet | KeySource | Jwk | NamedCryptoKey

/** A key ready for use, tied to its algorithm. */
export interface UsableKey {
  /** One algorithm; two only where they are names of the same one. */
  readonly algorithms: readonly Algorithm[]
  /** The platform's key; imported once. */
  load(): Promise<CryptoKey>
}

/** Looks a key up by `kid`; `undefined` when no configured key of that name may verify. */
export type FindKey = (kid: string) => UsableKey | undefined | Promise<UsableKey | undefined>

const importSecret = (k: string, algorithm: Algorithm): Promise<CryptoKey> => {
  const need = keyNeedOf(algorithm)
  const hash = need.kty === 'oct' ? need.hash : ''
  const parameters = { name: 'HMAC', hash }
  return crypto.subtle.importKey('raw', decodeToBytes(k), parameters, false, ['verify'])
}

const importMaterial = async (material: KeyMaterial, algorithm: Algorithm): Promise<CryptoKey> => {
  if (material.kty === 'oct') return importSecret(material.k, algorithm)
  // Only an `oct` key is imported to octets.
  return (await importJWK(material, algorithm)) as CryptoKey
}

const toUsableKey = (material: KeyMaterial, algorithms: readonly Algorithm[]): UsableKey => {
  let loading: Promise<CryptoKey> | undefined
  return {
    algorithms,
    load: () => {
      loading ??= importMaterial(material, algorithms[0] as Algorithm)
      return loading
    },
  }
}

const readOneJwk = (jwk: Jwk, listed: readonly Algorithm[]): FindKey => {
  if (jwk.kty !== 'oct' && hasPrivateMember(jwk)) {
    throw misconfigured('keys holds a private key. A verifier needs its public members only.')
  }
  const verdict = readJwk(jwk, listed)
  if (verdict.kind !== 'usable') throw misconfigured(`keys holds a key that ${but(verdict.reason)}`)
  const key = toUsableKey(verdict.material, verdict.algorithms)
  const { kid } = verdict
  return (asked) => (asked === kid ? key : undefined)
}

const but = (reason: string): string => `cannot verify: ${reason}.`

const readLocalSet = (set: JwkSet, listed: readonly Algorithm[]): FindKey => {
  const verdict = readJwkSet(set)
  if (!verdict.ok) throw misconfigured(`keys holds a key set that is refused: ${verdict.reason}.`)
  const keys = new Map<string, UsableKey>()
  for (const jwk of verdict.keys) {
    const key = readJwk(jwk, listed)
    if (key.kind === 'defective') throw misconfigured(`A key of the set ${but(key.reason)}`)
    if (key.kind === 'usable') keys.set(key.kid, toUsableKey(key.material, key.algorithms))
  }
  if (keys.size === 0) {
    throw misconfigured('keys holds a key set without any key with a kid for the algorithms.')
  }
  return (kid) => keys.get(kid)
}

const sourceFailure = (error: unknown): JwtError =>
  error instanceof JwtError ? error : new JwtError('keys_unavailable', 'The key source failed.')

const findIn = async (source: KeySource, kid: string): Promise<Jwk | undefined> => {
  try {
    return await source.find(kid)
  } catch (error) {
    throw sourceFailure(error)
  }
}

const findHeldIn = (source: KeySource, kid: string): Jwk | undefined => {
  try {
    return source.findHeld?.(kid)
  } catch (error) {
    throw sourceFailure(error)
  }
}

/** Keys that others publish are judged when they are used: a bad one must not stop the good. */
const readKeySource = (source: KeySource, listed: readonly Algorithm[]): FindKey => {
  const judged = new WeakMap<Jwk, UsableKey | undefined>()
  const judge = (jwk: Jwk): UsableKey | undefined => {
    const verdict = hasPrivateMember(jwk) ? undefined : readJwk(jwk, listed)
    if (verdict?.kind !== 'usable') return undefined
    return toUsableKey(verdict.material, verdict.algorithms)
  }
  const read = (jwk: Jwk | undefined, kid: string): UsableKey | undefined => {
    if (jwk?.kid !== kid) return undefined
    const known = judged.get(jwk)
    if (known !== undefined || judged.has(jwk)) return known
    const key = judge(jwk)
    judged.set(jwk, key)
    return key
  }
  return (kid) => {
    const held = findHeldIn(source, kid)
    return held === undefined ? findIn(source, kid).then((jwk) => read(jwk, kid)) : read(held, kid)
  }
}

const readCryptoKey = (named: NamedCryptoKey, listed: readonly Algorithm[]): FindKey => {
  const defect = findCryptoKeyDefect(named, listed)
  if (defect !== undefined) throw misconfigured(`keys holds a CryptoKey that ${but(defect)}`)
  const { key, kid, alg } = named
  const usable: UsableKey = { algorithms: [alg], load: async () => key }
  return (asked) => (asked === kid ? usable : undefined)
}

const isSecretList = (listed: readonly Algorithm[]): boolean =>
  listed.every((algorithm) => keyNeedOf(algorithm).kty === 'oct')

const unreadable = (): JwtError =>
  misconfigured(
    'keys must be a JWK Set, a remote key set, a JWK, or { key, kid, alg } with a CryptoKey. ' +
      'Text such as PEM or a password is not read; convert it to a JWK first.',
  )

/** Reads the option `keys`. @throws JwtError `configuration_invalid` */
export const readKeys = (keys: VerificationKeys, listed: readonly Algorithm[]): FindKey => {
  // Octets have a `find` of their own.
  if (!isRecord(keys) || ArrayBuffer.isView(keys)) throw unreadable()
  if (typeof keys.find === 'function') {
    if (keys.findHeld !== undefined && typeof keys.findHeld !== 'function') {
      throw misconfigured('findHeld of a key source must be a function.')
    }
    if (!isSecretList(listed)) return readKeySource(keys as unknown as KeySource, listed)
    throw misconfigured(
      'keys: HMAC secrets are never published, so a key source cannot serve them.',
    )
  }
  if ('keys' in keys) return readLocalSet(keys as unknown as JwkSet, listed)
  if ('key' in keys) return readCryptoKey(keys as unknown as NamedCryptoKey, listed)
  if ('kty' in keys) return readOneJwk(keys as unknown as Jwk, listed)
  throw unreadable()
}
