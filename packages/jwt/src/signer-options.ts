import * as defaults from './defaults.ts'
import type { KeyRing } from './key-ring/key-ring-port.ts'
import { findSigningKeyDefect } from './keys/crypto-key.ts'
import type { SigningKey } from './keys/signing-key.ts'
import {
  misconfigured,
  readFunction,
  readNumber,
  readStrings,
  requireKnownOptions,
} from './options.ts'

/** Something about a signed token that works but should be looked at. */
export interface SignerWarning {
  /** `token_large`: over 1024 characters; it travels with every request. */
  readonly code: 'token_large'
  /** Characters of the token. */
  readonly length: number
}

/** What every signer is told, whatever signs. */
export interface SignerRules {
  /** `iss` of every token: this issuer's own https URL, as verifiers compare it (RFC 9068). */
  readonly issuer: string
  /**
   * The API, or the APIs, this signer may sign for. Of several, each token names its own with
   * `audience`: a token for all of them could be replayed by each against the others.
   */
  readonly audience: string | readonly string[]
  /** Life of a token in seconds. Default 600, or the longest allowed where that is shorter. */
  readonly ttlSeconds?: number
  /**
   * Longest life a token may be given, in seconds: 1 to 86400. Default 3600, or the ring's
   * `tokenLifetimeSeconds` where that is shorter. Danger: a stolen token works as long.
   */
  readonly maximumTtlSeconds?: number
  /** Hears of tokens that work but should be looked at. Must not throw. Default: nobody. */
  readonly onWarning?: (warning: SignerWarning) => void
  /**
   * Names that no member of `claims` may have at any depth, compared without case, such as
   * `['password', 'ssn']`: a token is readable by whoever holds it. Default none.
   */
  readonly sensitiveClaims?: readonly string[]
  /** Clock in epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number
  /** Source of randomness. Default `crypto.getRandomValues`. */
  readonly randomBytes?: (length: number) => Uint8Array
}

/** Options of `createSigner`: a ring of keys that rotate, or one key. */
export type SignerOptions = SignerRules &
  (
    | { readonly keyRing: KeyRing; readonly key?: never }
    | { readonly key: SigningKey; readonly keyRing?: never }
  )

/** {@link SignerOptions}, read. */
export interface ResolvedSigner {
  readonly issuer: string
  readonly audience: readonly string[]
  readonly ttlSeconds: number
  readonly maximumTtlSeconds: number
  readonly onWarning: (warning: SignerWarning) => void
  /** In lower case. */
  readonly sensitiveClaims: ReadonlySet<string>
  readonly now: () => number
  readonly randomBytes: (length: number) => Uint8Array
  readonly currentKey: () => SigningKey | Promise<SigningKey>
}

const optionNames = [
  'issuer',
  'audience',
  'keyRing',
  'key',
  'ttlSeconds',
  'maximumTtlSeconds',
  'onWarning',
  'sensitiveClaims',
  'now',
  'randomBytes',
] as const

const readSource = ({ key, keyRing }: SignerOptions): (() => SigningKey | Promise<SigningKey>) => {
  if ((key === undefined) === (keyRing === undefined)) {
    throw misconfigured('createSigner needs either keyRing or key.')
  }
  if (keyRing !== undefined) {
    if (typeof keyRing.current === 'function') return () => keyRing.current()
    throw misconfigured('keyRing must be made by createKeyRing.')
  }
  const defect = findSigningKeyDefect(key)
  if (defect === undefined) return () => key
  throw misconfigured(`key is refused: ${defect}. generateKey and importKey make keys that fit.`)
}

/** Ring and signer promise verifiers the same: a key lives as long as what it signed. */
const readLifetimes = (options: SignerOptions) => {
  const ringSeconds = options.keyRing?.tokenLifetimeSeconds ?? defaults.maximumLifetimeSeconds
  const fallback = Math.min(defaults.maximumTtlSeconds, ringSeconds)
  const maximumTtlSeconds = readNumber(options.maximumTtlSeconds, fallback, {
    name: 'maximumTtlSeconds',
    from: 1,
    to: defaults.maximumLifetimeSeconds,
  })
  if (maximumTtlSeconds > ringSeconds) {
    throw misconfigured(
      "maximumTtlSeconds must not exceed the ring's tokenLifetimeSeconds: a key would be " +
        'withdrawn before the last token it signed has expired.',
    )
  }
  const ttlSeconds = readNumber(
    options.ttlSeconds,
    Math.min(defaults.ttlSeconds, maximumTtlSeconds),
    { name: 'ttlSeconds', from: 1, to: maximumTtlSeconds },
  )
  if (Number.isInteger(ttlSeconds) && Number.isInteger(maximumTtlSeconds)) {
    return { ttlSeconds, maximumTtlSeconds }
  }
  throw misconfigured('ttlSeconds and maximumTtlSeconds must be whole numbers.')
}

/** Reads and checks the options of `createSigner`. @throws JwtError `configuration_invalid` */
export const resolveSignerOptions = (options: SignerOptions): ResolvedSigner => {
  requireKnownOptions(options, optionNames, 'createSigner')
  const [issuer = ''] = readStrings(options.issuer, 'issuer', defaults.maximumUriLength)
  if (issuer !== options.issuer) throw misconfigured('issuer must be one text.')
  const { sensitiveClaims = [] } = options
  if (!Array.isArray(sensitiveClaims) || sensitiveClaims.some((name) => typeof name !== 'string')) {
    throw misconfigured('sensitiveClaims must be a list of names.')
  }
  return {
    issuer,
    audience: readStrings(options.audience, 'audience', defaults.maximumUriLength),
    ...readLifetimes(options),
    onWarning: readFunction(options.onWarning, () => undefined, 'onWarning'),
    sensitiveClaims: new Set(sensitiveClaims.map((name: string) => name.toLowerCase())),
    now: readFunction(options.now, Date.now, 'now'),
    randomBytes: readFunction(options.randomBytes, defaults.randomBytes, 'randomBytes'),
    currentKey: readSource(options),
  }
}
