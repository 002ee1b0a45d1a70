import type { Algorithm } from './algorithms.ts'
import { readAlgorithms } from './algorithms.ts'
import * as defaults from './defaults.ts'
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
  readonly now: () => number
}

const issuerOptions = ['issuer', 'keys', 'typ', 'optionalClaims'] as const
const ruleOptions = [
  'audience',
  'algorithms',
  'leewaySeconds',
  'maximumLifetimeSeconds',
  'now',
] as const

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
      rules: { ...rules, optionalClaims, isTypRelaxed: !isDefaultTyp(typ) },
    })
  }
  return { issuers, algorithms, now: readFunction(options.now, Date.now, 'now') }
}
