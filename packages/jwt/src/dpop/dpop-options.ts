import type { Store } from '@coatcheck/store'
import type { Algorithm } from '../algorithms.ts'
import { keyNeedOf, readAlgorithms } from '../algorithms.ts'
import * as defaults from '../defaults.ts'
import { misconfigured, readFunction, readNumber, requireKnownOptions } from '../options.ts'
import { isRecord } from '../token/json.ts'
import type { NonceRules } from './nonces.ts'
import { normaliseUri } from './target-uri.ts'

/** Nonces of the server: a proof cannot be made before the server has given one out. */
export interface DpopNonceOptions {
  /**
   * HMAC secrets of at least 32 random octets, the same in every process and used for nothing else.
   * The first makes nonces, all are recognised, so that they can be rotated.
   */
  readonly secrets: readonly Uint8Array[]
  /** How long a nonce is good, in seconds: 10 to 3600. Default 300. */
  readonly lifetimeSeconds?: number
}

/** Options of DPoP, proof that the sender of a token holds the key it is bound to (RFC 9449). */
export interface DpopOptions {
  /**
   * The address under which clients reach the root of this server, such as
   * `'https://api.example.com'` or, behind a proxy that strips a prefix,
   * `'https://example.com/api'`. Proofs are compared with it; neither `Host` nor a proxy's header
   * is trusted. https, or http on loopback.
   */
  readonly publicUrl: string
  /** Remembers used proofs for as long as they could be used again. All processes share one. */
  readonly replay: Store
  /**
   * `'required'`: only bound tokens with a proof. `'accepted'`: tokens that are not bound to a key
   * may come as Bearer tokens as before. Default `'required'`.
   */
  readonly mode?: 'required' | 'accepted'
  /** Algorithms of proofs, all asymmetric. Default `['ES256', 'PS256', 'EdDSA', 'Ed25519']`. */
  readonly algorithms?: readonly Algorithm[]
  /** Oldest proof that is taken, in seconds: 1 to 600. Default 60. */
  readonly maximumAgeSeconds?: number
  /** How far in the future `iat` may lie, in seconds: 0 to 60. Default 10. */
  readonly leewaySeconds?: number
  /** Demands a nonce of this server in each proof. Default: none. */
  readonly nonce?: DpopNonceOptions
  /** Clock in epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number
}

/** {@link DpopOptions} with all defaults. */
export interface ResolvedDpop {
  readonly publicUrl: string
  readonly replay: Store
  readonly mode: 'required' | 'accepted'
  readonly algorithms: readonly Algorithm[]
  readonly maximumAgeSeconds: number
  readonly leewaySeconds: number
  readonly nonce: NonceRules | undefined
  readonly nowSeconds: () => number
}

const optionNames = [
  'publicUrl',
  'replay',
  'mode',
  'algorithms',
  'maximumAgeSeconds',
  'leewaySeconds',
  'nonce',
  'now',
] as const

const secureUrl = /^(?:https:\/\/|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$))/

const readPublicUrl = (value: unknown): string => {
  const url = normaliseUri(value)
  const isPlain = typeof value === 'string' && !/[?#]/.test(value)
  if (url !== undefined && isPlain && secureUrl.test(url)) return url
  throw misconfigured(
    'dpop.publicUrl must be the https address at which clients reach this server, without a query.',
  )
}

const readProofAlgorithms = (value: readonly Algorithm[]): readonly Algorithm[] => {
  const algorithms = readAlgorithms(value)
  if (algorithms.every((algorithm) => keyNeedOf(algorithm).kty !== 'oct')) return algorithms
  throw misconfigured('dpop.algorithms must be asymmetric: a proof brings its public key along.')
}

const readSecret = (secret: unknown): Uint8Array<ArrayBuffer> => {
  if (secret instanceof Uint8Array && secret.length >= defaults.minimumNonceSecretBytes) {
    return new Uint8Array(secret)
  }
  throw misconfigured('dpop.nonce.secrets must be Uint8Arrays of at least 32 random octets.')
}

const readNonce = (
  options: DpopNonceOptions | undefined,
  shared: Pick<NonceRules, 'publicUrl' | 'nowSeconds'>,
): NonceRules | undefined => {
  if (options === undefined) return undefined
  requireKnownOptions(options, ['secrets', 'lifetimeSeconds'], 'dpop.nonce')
  const { secrets } = options
  if (!Array.isArray(secrets) || secrets.length === 0) {
    throw misconfigured('dpop.nonce.secrets must list at least one secret.')
  }
  const lifetimeSeconds = readNumber(options.lifetimeSeconds, defaults.nonceLifetimeSeconds, {
    name: 'dpop.nonce.lifetimeSeconds',
    from: 10,
    to: 3600,
  })
  return { secrets: secrets.map(readSecret), lifetimeSeconds, ...shared }
}

const readMode = (mode: unknown): 'required' | 'accepted' => {
  if (mode === 'required' || mode === 'accepted') return mode
  throw misconfigured('dpop.mode must be "required" or "accepted".')
}

/** Reads {@link DpopOptions}. @throws JwtError `configuration_invalid` */
export const resolveDpopOptions = (options: DpopOptions): ResolvedDpop => {
  requireKnownOptions(options, optionNames, 'dpop')
  const { replay, mode = 'required' } = options
  if (!isRecord(replay) || typeof replay.put !== 'function') {
    throw misconfigured('dpop.replay must be a store of @coatcheck/store.')
  }
  const publicUrl = readPublicUrl(options.publicUrl)
  const now = readFunction(options.now, Date.now, 'dpop.now')
  const nowSeconds = () => now() / 1000
  return {
    publicUrl,
    replay,
    mode: readMode(mode),
    algorithms: readProofAlgorithms(options.algorithms ?? defaults.proofAlgorithms),
    maximumAgeSeconds: readNumber(options.maximumAgeSeconds, defaults.proofMaximumAgeSeconds, {
      name: 'dpop.maximumAgeSeconds',
      from: 1,
      to: 600,
    }),
    leewaySeconds: readNumber(options.leewaySeconds, defaults.proofLeewaySeconds, {
      name: 'dpop.leewaySeconds',
      from: 0,
      to: 60,
    }),
    nonce: readNonce(options.nonce, { publicUrl, nowSeconds }),
    nowSeconds,
  }
}
