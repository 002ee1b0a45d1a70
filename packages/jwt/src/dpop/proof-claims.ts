import { maximumIdentifierLength } from '../defaults.ts'
import type { ProofReason } from './proof-reason.ts'
import { normaliseUri } from './target-uri.ts'

/** Claims of a proof whose types were checked (RFC 9449, section 4.2). */
export interface ProofClaims {
  readonly jti: string
  readonly htm: string
  readonly htu: string
  readonly iat: number
  readonly ath: string
  readonly nonce?: unknown
  readonly exp?: number
  readonly nbf?: number
}

/** What a proof must be for. */
export interface ProofExpectation {
  readonly method: string
  /** Normalised; `undefined` when the request's own address is none. */
  readonly uri: string | undefined
  /** base64url of the SHA-256 of the token's ASCII characters. */
  readonly ath: string
  readonly nowSeconds: number
  readonly maximumAgeSeconds: number
  readonly leewaySeconds: number
}

type Members = Readonly<Record<string, unknown>>

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

const isInstant = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value)

/** True when every claim a proof needs is there, and none is of the wrong type. */
export const isProofClaims = (claims: Members): boolean =>
  [claims.jti, claims.htm, claims.htu, claims.ath].every(isText) &&
  String(claims.jti).length <= maximumIdentifierLength &&
  isInstant(claims.iat) &&
  [claims.exp, claims.nbf].every((value) => value === undefined || isInstant(value))

const findTimeDefect = (
  { iat, exp, nbf = iat }: ProofClaims,
  { nowSeconds, maximumAgeSeconds, leewaySeconds }: ProofExpectation,
): ProofReason | undefined => {
  // Each comparison is true for what may pass, so that a clock that tells no number lets nothing by.
  const isReached = Math.max(iat, nbf) <= nowSeconds + leewaySeconds
  if (!isReached) return 'dpop_proof_not_yet_valid'
  const isYoung = iat >= nowSeconds - maximumAgeSeconds
  const isUnexpired = exp === undefined || exp + leewaySeconds > nowSeconds
  return isYoung && isUnexpired ? undefined : 'dpop_proof_expired'
}

/** Says what is wrong with a proof's claims, or `undefined` (RFC 9449, section 4.3, 8 to 12). */
export const findClaimDefect = (
  claims: ProofClaims,
  expected: ProofExpectation,
): ProofReason | undefined => {
  if (claims.htm !== expected.method) return 'dpop_method_mismatch'
  const uri = normaliseUri(claims.htu)
  if (uri === undefined || uri !== expected.uri) return 'dpop_uri_mismatch'
  if (claims.ath !== expected.ath) return 'dpop_token_mismatch'
  return findTimeDefect(claims, expected)
}
