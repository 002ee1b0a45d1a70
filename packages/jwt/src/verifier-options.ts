import type { Algorithm } from './algorithms.ts'
import { readAlgorithms } from './algorithms.ts'
import * as defaults from './defaults.ts'
import type { DenyList } from './deny-list.ts'
import type { FindKey, VerificationKeys } from './keys/key-source.ts'
import { readKeys } from './keys/key-source.ts'
import {
  misconfigured,
  readFunction,
  readNumber,
  readStrings,
  requireKnownOptions,
} from './options.ts'
import type { ClaimRules, OptionalClaim } from './token/claims.ts'
import type { TypRule } from './token/header.ts'
import { normalizeTyp } from './token/header.ts'
import type { CacheLimits } from './verified-cache.ts'

/** Bounds of a verifier's cache of verified tokens. */
export interface VerifierCacheOptions {
  /** Most tokens kept, 2 to 1000000. Default 2000. */
  readonly maximumEntries?: number
  /** Most characters of all kept token texts together, 2048 to 1073741824. Default 4194304. */
  readonly maximumCharacters?: number
}

/** One issuer a verifier trusts, with its own keys and habits. */
export interface TrustedIssuer {
  /** Exact `iss` of its tokens, compared as text (RFC 9068, section 4). */
  readonly issuer: string
  /** Its keys; a token of this issuer is verified with no others (RFC 8725, section 3.8). */
  readonly keys: VerificationKeys
  /**
   * Which `typ` its tokens carry. Default `['at+jwt']`, which means `at+jwt` and
   * `application/at+jwt` in any case (RFC 9068, section 4). Name another, such as `['JWT']`, or
   * `'any'` for an issuer that sends none. Danger: ID tokens and other kinds without a `typ` of
   * their own, signed for the same audience, are then told apart by their claims alone.
   */
  readonly typ?: TypRule
  /**
   * Claims this issuer leaves out, of `client_id` and `jti`. Default none (RFC 9068, section 2.2).
   * Without `client_id` a client's own token cannot be told from a user's; without `jti` a single
   * token cannot be denied.
   */
  readonly optionalClaims?: readonly OptionalClaim[]
  /**
   * Clients whose tokens are meant for this API, for an issuer whose access tokens have no `aud`
   * (Amazon Cognito). A token without `aud` is then accepted if its `client_id` is listed; one that
   * has `aud` must name `audience` as ever. Default none: `aud` is required. Danger: a listed
   * client's tokens pass whatever API it got them for.
   */
  readonly clientIds?: readonly string[]
}

/** What holds for all issuers of a verifier. */
export interface VerifierRules {
  /** This API's own identifier or identifiers; a token must name one in `aud`. Required. */
  readonly audience: string | readonly string[]
  /**
   * Signature algorithms, spelt as in RFC 7518. Required, there is no default; HMAC and public-key
   * algorithms cannot be mixed. A key that does not name its `alg` is tied to the first of these
   * that fits it.
   */
  readonly algorithms: readonly Algorithm[]
  /** Clock difference forgiven on `exp`, `nbf` and `iat`, in seconds: 0 to 10. Default 5. */
  readonly leewaySeconds?: number
  /** Longest life (`exp - iat`) a token may have, in seconds. Default 86400 (a day). */
  readonly maximumLifetimeSeconds?: number
  /**
   * Tokens and subjects that are refused before their time, read for every token, a cached one
   * too; from `createDenyList`. Default none. An issuer that leaves out `jti` can be denied by
   * subject only.
   */
  readonly denyList?: DenyList
  /**
   * Verified tokens are kept in memory by their text, so that the next request with one costs no
   * second signature check. A kept token is still held against the clock, the deny list and the
   * issuer's present keys each time, so that neither a dead nor a denied one passes, nor one whose
   * key was withdrawn. `'off'` keeps no text of a token in memory and verifies each anew.
   */
  readonly cache?: VerifierCacheOptions | 'off'
  /** Clock in epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number
}

/** Options of `createVerifier`: one issuer, or several in `issuers`. */
export type VerifierOptions = VerifierRules &
  (
    | (TrustedIssuer & { readonly issuers?: never })
    | {
        /** Several issuers, each bound to its own keys. */
        readonly issuers: readonly TrustedIssuer[]
        readonly issuer?: never
        readonly keys?: never
        readonly typ?: never
        readonly optionalClaims?: never
        readonly clientIds?: never
      }
  )

/** A trusted issuer, read. */
export interface ResolvedIssuer {
  readonly findKey: FindKey
  readonly typ: TypRule
  readonly rules: ClaimRules
}

/** {@link VerifierOptions}, read. */
export interface ResolvedVerifier {
  readonly issuers: ReadonlyMap<string, ResolvedIssuer>
  readonly algorithms: readonly Algorithm[]
  readonly denyList: DenyList | undefined
  readonly cacheLimits: CacheLimits | undefined
  readonly now: () => number
}

const issuerOptions = ['issuer', 'keys', 'typ', 'optionalClaims', 'clientIds'] as const
const ruleOptions = [
  'audience',
  'algorithms',
  'leewaySeconds',
  'maximumLifetimeSeconds',
  'denyList',
  'cache',
  'now',
] as const
const cacheOptions = ['maximumEntries', 'maximumCharacters'] as const

const readTyp = (typ: TypRule | undefined): TypRule => {
  if (typ === 'any') return typ
  if (typ !== undefined && !Array.isArray(typ)) {
    throw misconfigured("typ must be a list of types, such as ['at+jwt'], or 'any'.")
  }
  const list = readStrings(typ ?? defaults.accessTokenTyp, 'typ', defaults.maximumIdentifierLength)
  return list.map(normalizeTyp)
}

const readOptionalClaims = (value: readonly OptionalClaim[] = []): readonly OptionalClaim[] => {
  const isKnown = (claim: unknown) => claim === 'client_id' || claim === 'jti'
  if (Array.isArray(value) && value.every(isKnown)) return [...value]
  throw misconfigured("optionalClaims may list 'client_id' and 'jti'; all others are required.")
}

const readClientIds = (value: readonly string[] | undefined): readonly string[] => {
  if (value === undefined) return []
  if (Array.isArray(value)) return readStrings(value, 'clientIds', defaults.maximumUriLength)
  throw misconfigured('clientIds must be a list of client ids.')
}

const readRules = (options: VerifierRules) => ({
  audience: readStrings(options.audience, 'audience', defaults.maximumUriLength),
  leewaySeconds: readNumber(options.leewaySeconds, defaults.leewaySeconds, {
    name: 'leewaySeconds',
    from: 0,
    to: defaults.maximumLeewaySeconds,
  }),
  maximumLifetimeSeconds: readNumber(
    options.maximumLifetimeSeconds,
    defaults.maximumLifetimeSeconds,
    { name: 'maximumLifetimeSeconds', from: 1, to: defaults.maximumLifetimeCeilingSeconds },
  ),
})

/** A list that forgets a subject's cut-off while its tokens live would bring them back. */
const readDenyList = (
  denyList: DenyList | undefined,
  maximumLifetimeSeconds: number,
): DenyList | undefined => {
  if (denyList === undefined) return undefined
  if (typeof denyList?.check !== 'function') {
    throw misconfigured('denyList must come from createDenyList.')
  }
  if ((denyList.maximumLifetimeSeconds ?? Number.POSITIVE_INFINITY) >= maximumLifetimeSeconds) {
    return denyList
  }
  throw misconfigured(
    'maximumLifetimeSeconds of the verifier must not exceed that of its denyList.',
  )
}

const readCache = (cache: VerifierRules['cache'] = {}): CacheLimits | undefined => {
  if (cache === 'off') return undefined
  requireKnownOptions(cache, cacheOptions, 'cache')
  const { maximumEntries, maximumCharacters } = cache
  return {
    maximumEntries: readNumber(maximumEntries, defaults.cacheEntries, {
      name: 'maximumEntries',
      from: 2,
      to: 1_000_000,
    }),
    maximumCharacters: readNumber(maximumCharacters, defaults.cacheCharacters, {
      name: 'maximumCharacters',
      from: 2_048,
      to: 1_073_741_824,
    }),
  }
}

const isDefaultTyp = (typ: TypRule): boolean =>
  typ !== 'any' && typ.every((name) => defaults.accessTokenTyp.includes(name))

const listIssuers = (options: VerifierOptions): readonly TrustedIssuer[] => {
  if (options.issuers === undefined) return [options]
  const mixed = issuerOptions.find((name) => options[name] !== undefined)
  if (mixed !== undefined) throw misconfigured(`${mixed} and issuers exclude each other.`)
  if (!Array.isArray(options.issuers) || options.issuers.length === 0) {
    throw misconfigured('issuers must list at least one { issuer, keys }.')
  }
  for (const issuer of options.issuers) requireKnownOptions(issuer, issuerOptions, 'issuers')
  return options.issuers
}

/** Reads and checks the options of `createVerifier`. @throws JwtError `configuration_invalid` */
export const resolveVerifierOptions = (options: VerifierOptions): ResolvedVerifier => {
  requireKnownOptions(options, [...issuerOptions, 'issuers', ...ruleOptions], 'createVerifier')
  const algorithms = readAlgorithms(options.algorithms)
  const rules = readRules(options)
  const issuers = new Map<string, ResolvedIssuer>()
  for (const trusted of listIssuers(options)) {
    const [issuer = ''] = readStrings(trusted.issuer, 'issuer', defaults.maximumUriLength)
    if (issuer !== trusted.issuer) {
      throw misconfigured('issuer must be one text. Use issuers to trust several.')
    }
    if (issuers.has(issuer)) throw misconfigured('issuers lists an issuer twice.')
    const typ = readTyp(trusted.typ)
    const optionalClaims = readOptionalClaims(trusted.optionalClaims)
    issuers.set(issuer, {
      findKey: readKeys(trusted.keys, algorithms),
      typ,
      rules: {
        ...rules,
        optionalClaims,
        clientIds: readClientIds(trusted.clientIds),
        isTypRelaxed: !isDefaultTyp(typ),
      },
    })
  }
  return {
    issuers,
    algorithms,
    denyList: readDenyList(options.denyList, rules.maximumLifetimeSeconds),
    cacheLimits: readCache(options.cache),
    now: readFunction(options.now, Date.now, 'now'),
  }
}
