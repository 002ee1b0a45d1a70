import { maximumAudiences, maximumIdentifierLength, maximumUriLength } from '../defaults.ts'
import { JwtError } from '../errors.ts'

/** Claims that an issuer may be allowed to leave out; the others are always required. */
export type OptionalClaim = 'client_id' | 'jti'

/** Claims of a verified access token (RFC 9068, section 2.2). */
export interface JwtClaims {
  /** Who issued the token: one of the configured issuers. */
  readonly iss: string
  /** Whom the token is for; contains a configured audience. Present unless `clientIds` says. */
  readonly aud?: string | readonly string[]
  /** Whom the token is about. Unique per issuer only: a user is `iss` and `sub` together. */
  readonly sub: string
  /** End of life, epoch seconds. */
  readonly exp: number
  /** When it was issued, epoch seconds. */
  readonly iat: number
  /** Start of life, epoch seconds. */
  readonly nbf?: number
  /** Identifier of this token. Present unless `optionalClaims` lists it. */
  readonly jti?: string
  /** The client it was issued to. Present unless `optionalClaims` lists it. */
  readonly client_id?: string
  /** Space-separated scope values (RFC 8693, section 4.2). */
  readonly scope?: string
  readonly [claim: string]: unknown
}

/** What {@link checkClaims} holds the claims against. */
export interface ClaimRules {
  readonly audience: readonly string[]
  /** Clients whose tokens need no `aud`. */
  readonly clientIds: readonly string[]
  readonly optionalClaims: readonly OptionalClaim[]
  readonly leewaySeconds: number
  readonly maximumLifetimeSeconds: number
  /** True where `typ` does not tell access tokens from other kinds. */
  readonly isTypRelaxed: boolean
}

type Unverified = Readonly<Record<string, unknown>>

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const control = /[\u0000-\u001f\u007f-\u009f]/

const missing = (claim: string): JwtError =>
  new JwtError('claim_missing', `The claim ${claim} is missing.`, { claim })

const invalid = (claim: string, reason: string): JwtError =>
  new JwtError('claim_invalid', `The claim ${claim} ${reason}.`, { claim })

/** True for a text that names something: bounded, not blank, without control characters. */
export const isIdentifier = (value: unknown, maximumLength: number): boolean =>
  typeof value === 'string' &&
  value.length <= maximumLength &&
  value.trim() !== '' &&
  !control.test(value)

const checkIdentifier = (claims: Unverified, claim: string, maximumLength: number): void => {
  if (claims[claim] === undefined) throw missing(claim)
  if (!isIdentifier(claims[claim], maximumLength)) {
    throw invalid(claim, 'must be a non-empty text of bounded length')
  }
}

const readInstant = (claims: Unverified, claim: string): number => {
  const value = claims[claim]
  if (value === undefined) throw missing(claim)
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw invalid(claim, 'must be a finite number')
  }
  return value
}

/** Without `aud` only the client can tell that a token is meant for this API. */
const checkClient = (claims: Unverified, clientIds: readonly string[]): void => {
  if (clientIds.length === 0) throw missing('aud')
  checkIdentifier(claims, 'client_id', maximumUriLength)
  if (clientIds.some((own) => own === claims.client_id)) return
  throw new JwtError('claim_mismatch', 'The token was issued to another client.', {
    claim: 'client_id',
  })
}

const checkAudience = (claims: Unverified, { audience, clientIds }: ClaimRules): void => {
  const { aud } = claims
  if (aud === undefined) {
    checkClient(claims, clientIds)
    return
  }
  const members: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  const isWellFormed =
    members.length > 0 &&
    members.length <= maximumAudiences &&
    members.every((member) => isIdentifier(member, maximumUriLength))
  if (!isWellFormed) throw invalid('aud', 'must be a text or a list of texts')
  if (!audience.some((own) => members.includes(own))) {
    throw new JwtError('claim_mismatch', 'The token is for another audience.', { claim: 'aud' })
  }
}

type Times = Pick<JwtClaims, 'exp' | 'iat' | 'nbf'>

// Each comparison is true for what may pass, so that a clock that tells no number lets nothing by.

/** RFC 7519, section 4.1.4: on or after `exp` the token must not be accepted. */
const isUnexpired = ({ exp }: Times, { leewaySeconds }: ClaimRules, nowSeconds: number): boolean =>
  exp + leewaySeconds > nowSeconds

const isReached = (instant: number, { leewaySeconds }: ClaimRules, nowSeconds: number): boolean =>
  instant - leewaySeconds <= nowSeconds

/** True while a token whose claims were checked before may be accepted. */
export const isAlive = (claims: Times, rules: ClaimRules, nowSeconds: number): boolean =>
  isUnexpired(claims, rules, nowSeconds) &&
  isReached(claims.iat, rules, nowSeconds) &&
  isReached(claims.nbf ?? claims.iat, rules, nowSeconds)

const checkLifetime = (claims: Unverified, rules: ClaimRules, nowSeconds: number): void => {
  const exp = readInstant(claims, 'exp')
  const iat = readInstant(claims, 'iat')
  const nbf = claims.nbf === undefined ? iat : readInstant(claims, 'nbf')
  if (!isUnexpired({ exp, iat }, rules, nowSeconds)) {
    throw new JwtError('token_expired', 'The token has expired.', { claim: 'exp' })
  }
  if (!isReached(iat, rules, nowSeconds)) {
    throw new JwtError('token_not_yet_valid', 'The token was issued in the future.', {
      claim: 'iat',
    })
  }
  if (!isReached(nbf, rules, nowSeconds)) {
    throw new JwtError('token_not_yet_valid', 'The token is not valid yet.', { claim: 'nbf' })
  }
  if (exp <= iat || exp <= nbf) throw invalid('exp', 'must be later than iat and nbf')
  if (exp - iat > rules.maximumLifetimeSeconds) {
    throw invalid('exp', 'lies further after iat than maximumLifetimeSeconds allows')
  }
}

/** Marks of ID tokens and logout tokens, for when `typ` does not exclude them. */
const checkKind = (claims: Unverified): void => {
  for (const claim of ['events', 'at_hash', 'c_hash']) {
    if (claims[claim] !== undefined) throw invalid(claim, 'belongs to another kind of token')
  }
}

/**
 * Holds the claims of a token, whose signature must be verified before, against the profile of
 * RFC 9068, sections 2.2 and 4. `iss` was compared when the issuer's keys were chosen.
 *
 * @throws JwtError `claim_missing`, `claim_invalid`, `claim_mismatch`, `token_expired`,
 * `token_not_yet_valid`
 */
export const checkClaims = (
  claims: Unverified,
  rules: ClaimRules,
  nowSeconds: number,
): JwtClaims => {
  checkAudience(claims, rules)
  checkLifetime(claims, rules, nowSeconds)
  checkIdentifier(claims, 'sub', maximumIdentifierLength)
  for (const claim of ['client_id', 'jti'] as const) {
    if (claims[claim] === undefined && rules.optionalClaims.includes(claim)) continue
    checkIdentifier(claims, claim, claim === 'jti' ? maximumIdentifierLength : maximumUriLength)
  }
  if (claims.scope !== undefined && typeof claims.scope !== 'string') {
    throw invalid('scope', 'must be one text with spaces between the values')
  }
  if (rules.isTypRelaxed) checkKind(claims)
  return claims as JwtClaims
}
