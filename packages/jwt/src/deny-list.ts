import type { Store } from '@coatcheck/store'
import * as defaults from './defaults.ts'
import type { ClaimKeys } from './deny-keys.ts'
import { denyKeyOf, hashClaims } from './deny-keys.ts'
import { denyListUnavailable, raise } from './deny-record.ts'
import { JwtError } from './errors.ts'
import { misconfigured, readFunction, readNumber, requireKnownOptions } from './options.ts'
import type { JwtClaims } from './token/claims.ts'

/** Options of {@link createDenyList}. */
export interface DenyListOptions {
  /** Where denials are kept; every process that shares it sees them at once. */
  readonly store: Store
  /**
   * Longest life of a token, in seconds: how long a cut-off of a subject is kept. Default 86400, as
   * in `createVerifier`, which refuses a list that forgets earlier than its tokens die.
   */
  readonly maximumLifetimeSeconds?: number
  /** Clock in epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number
}

/** One token, by the names it cannot change. */
export interface DeniedToken {
  /** Its `iss`. */
  readonly issuer: string
  /** Its `jti`. */
  readonly jwtId: string
  /** Its `exp`, epoch seconds: the denial is kept until then and the largest leeway there is. */
  readonly expiresAt: number
}

/** Everything of one subject that was issued before an instant. */
export interface DeniedSubject {
  /** The `iss` of the tokens. */
  readonly issuer: string
  /** The `sub` of the tokens. */
  readonly subject: string
  /**
   * Tokens whose `iat` is less are denied; epoch seconds. Default: the end of the current second,
   * because `iat` is mostly a whole number. Add the seconds by which the issuer's clock may run
   * ahead; a later login is refused just as long.
   */
  readonly issuedBefore?: number
  /** How long the cut-off is kept, in seconds. Default the list's `maximumLifetimeSeconds`. */
  readonly keepSeconds?: number
}

/** Tokens that are refused although they have not expired; made by {@link createDenyList}. */
export interface DenyList {
  /** The longest life of tokens whose subjects the list remembers, in seconds. */
  readonly maximumLifetimeSeconds?: number
  /**
   * Denies one token. Resolves when the store holds it; from then on every process refuses it.
   *
   * @throws JwtError `claim_missing` or `claim_invalid` when the arguments name no token,
   * `deny_list_unavailable` when the store did not answer: try again, it may or may not be denied
   */
  denyToken(token: DeniedToken): Promise<void>
  /**
   * Denies all tokens of a subject that were issued before an instant. An earlier cut-off never
   * replaces a later one.
   *
   * @throws JwtError as `denyToken`
   */
  denySubject(denied: DeniedSubject): Promise<void>
  /**
   * Refuses the claims of a verified token that was denied. Reads the store each time.
   *
   * @throws JwtError `token_denied`, or `deny_list_unavailable` when that cannot be told now
   */
  check(claims: JwtClaims): Promise<void>
}

const optionNames = ['store', 'maximumLifetimeSeconds', 'now'] as const

const checkText = (value: unknown, claim: string): void => {
  if (value === undefined) {
    throw new JwtError('claim_missing', `The claim ${claim} to deny is missing.`, { claim })
  }
  if (typeof value === 'string' && value !== '') return
  throw new JwtError('claim_invalid', `The claim ${claim} to deny must be a text.`, { claim })
}

/** An instant beyond the ceiling is more likely a value in milliseconds than a date. */
const checkInstant = (value: unknown, claim: string, nowSeconds: number): void => {
  const latest = nowSeconds + defaults.maximumLifetimeCeilingSeconds
  if (typeof value === 'number' && value >= 0 && value <= latest) return
  throw new JwtError('claim_invalid', `The claim ${claim} to deny must be in epoch seconds.`, {
    claim,
  })
}

const readOptions = (options: DenyListOptions) => {
  requireKnownOptions(options, optionNames, 'createDenyList')
  if (typeof options.store?.get !== 'function') {
    throw misconfigured('createDenyList needs a store, such as createMemoryStore().')
  }
  return {
    store: options.store,
    maximumLifetimeSeconds: readLifetime(options.maximumLifetimeSeconds, {
      name: 'maximumLifetimeSeconds',
      fallback: defaults.maximumLifetimeSeconds,
    }),
    now: readFunction(options.now, Date.now, 'now'),
  }
}

const readLifetime = (
  value: number | undefined,
  { name, fallback }: { readonly name: string; readonly fallback: number },
): number =>
  readNumber(value, fallback, { name, from: 1, to: defaults.maximumLifetimeCeilingSeconds })

/**
 * Creates a list of tokens that are refused before they expire. An entry is keyed by issuer and
 * `jti`, never by the token's text, which has more than one valid form: an ECDSA signature can be
 * changed into another valid one by anybody. It lives as long as the token could be accepted, and
 * is read from the store at each check, so that every process sees a denial as soon as it was
 * stored. When the store does not answer, nothing is accepted.
 *
 * @example
 * ```ts
 * const denyList = createDenyList({ store })
 * const verifier = createVerifier({ issuer, audience, algorithms, keys, denyList })
 * await denyList.denySubject({ issuer, subject: 'user-42' })
 * ```
 *
 * @throws JwtError `configuration_invalid` when an option is wrong
 */
export const createDenyList = (options: DenyListOptions): DenyList => {
  const { store, maximumLifetimeSeconds, now } = readOptions(options)

  /** Kept for the largest leeway a verifier can have. */
  const expiryOf = (seconds: number) => Math.ceil((seconds + defaults.maximumLeewaySeconds) * 1000)

  /** Claims that cannot change are hashed once: those of a token that a verifier keeps. */
  const hashed = new WeakMap<JwtClaims, Promise<ClaimKeys>>()

  const keysOf = (claims: JwtClaims): Promise<ClaimKeys> => {
    const known = hashed.get(claims)
    if (known !== undefined) return known
    const keys = hashClaims(claims)
    if (Object.isFrozen(claims)) hashed.set(claims, keys)
    return keys
  }

  const checkToken = async (key: string | undefined): Promise<void> => {
    if (key === undefined || (await store.get(key)) === undefined) return
    throw new JwtError('token_denied', 'The token was denied.')
  }

  const checkSubject = async (key: string, iat: number): Promise<void> => {
    const entry = await store.get(key)
    // What is not a number compares as false, and is then no reason to accept.
    if (entry === undefined || iat >= Number.parseFloat(entry.value)) return
    throw new JwtError('token_denied', 'Tokens of the subject were denied.', { claim: 'iat' })
  }

  return {
    maximumLifetimeSeconds,

    denyToken: async ({ issuer, jwtId, expiresAt }) => {
      checkText(issuer, 'iss')
      checkText(jwtId, 'jti')
      checkInstant(expiresAt, 'exp', now() / 1000)
      await raise(store, await denyKeyOf('token', issuer, jwtId), {
        value: 0,
        expiresAt: expiryOf(expiresAt),
      })
    },

    denySubject: async ({ issuer, subject, issuedBefore, keepSeconds }) => {
      checkText(issuer, 'iss')
      checkText(subject, 'sub')
      const cutOff = issuedBefore ?? Math.floor(now() / 1000) + 1
      checkInstant(cutOff, 'iat', now() / 1000)
      const kept = readLifetime(keepSeconds, {
        name: 'keepSeconds',
        fallback: maximumLifetimeSeconds,
      })
      await raise(store, await denyKeyOf('subject', issuer, subject), {
        value: cutOff,
        expiresAt: expiryOf(cutOff + kept),
      })
    },

    check: async (claims) => {
      try {
        const { token, subject } = await keysOf(claims)
        await Promise.all([checkToken(token), checkSubject(subject, claims.iat)])
      } catch (error) {
        throw error instanceof JwtError ? error : denyListUnavailable()
      }
    },
  }
}
