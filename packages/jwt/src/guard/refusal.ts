import * as defaults from '../defaults.ts'
import type { ProofReason } from '../dpop/proof-reason.ts'
import type { JwtErrorCode } from '../errors.ts'
import type { AuthScheme, Challenge, ChallengeError } from './challenge.ts'
import { formatChallenge } from './challenge.ts'

/**
 * What a refused client is told. All faults of a token are one, and so are all faults of a proof:
 * telling them apart would help whoever tries them out.
 */
export type RefusalCode =
  /** 401: there are no credentials in the request that this API takes. */
  | 'token_required'
  /** 401: the token is not valid, whatever the reason. */
  | 'invalid_token'
  /** 401: the DPoP proof is not valid, whatever the reason (RFC 9449, section 7.1). */
  | 'invalid_dpop_proof'
  /** 401: the proof needs the nonce that the header `DPoP-Nonce` of this answer names. */
  | 'use_dpop_nonce'
  /** 401: the user must log in again, or in a stronger way (RFC 9470, section 3). */
  | 'insufficient_user_authentication'
  /** 400: the credentials are malformed, or sent in two ways. */
  | 'invalid_request'
  /** 403: the token's scope does not suffice. */
  | 'insufficient_scope'
  /** 403: the token's roles do not suffice. */
  | 'insufficient_role'
  /** 403: the token was issued to a client for itself, and a user is wanted. */
  | 'user_required'
  /** 403: the token was issued for a user, and a client for itself is wanted. */
  | 'client_required'
  /** 403: the token came in a cookie, and nothing shows that the app itself sent it. */
  | 'csrf_rejected'
  /** 503: the issuer's keys cannot be had; the token may be fine. */
  | 'keys_unavailable'
  /** 503: nobody can tell now whether the token was denied; it may be fine. */
  | 'deny_list_unavailable'
  /** 503: nobody can tell now whether the proof was used before; it may be fine. */
  | 'replay_store_unavailable'

/** Error body (RFC 9457, section 3.1). */
export interface RefusalBody {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly code: RefusalCode
}

/** A complete answer to a refused request; none of it comes from the token. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 503
  readonly code: RefusalCode
  /** Headers to set, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /**
   * Names of those headers that a page of another origin needs to read: to be appended to
   * `Access-Control-Expose-Headers`, without removing what is there.
   */
  readonly exposeHeaders: readonly string[]
  readonly body: RefusalBody
  /** Why, for the API's own log. Never sent to the client. */
  readonly reason: JwtErrorCode | ProofReason | undefined
}

interface RefusalKind {
  readonly status: Refusal['status']
  readonly title: string
  readonly error?: ChallengeError
  /** Whether a challenge tells the client which credentials would do. */
  readonly isChallenge: boolean
}

const challenge = (
  status: Refusal['status'],
  title: string,
  error?: ChallengeError,
): RefusalKind => ({ status, title, isChallenge: true, ...(error !== undefined && { error }) })

const plain = (status: Refusal['status'], title: string): RefusalKind => ({
  status,
  title,
  isChallenge: false,
})

const kindOf = (code: RefusalCode): RefusalKind => {
  switch (code) {
    case 'token_required':
      return challenge(401, 'An access token is required')
    case 'invalid_token':
      return challenge(401, 'The access token is not valid', code)
    case 'invalid_dpop_proof':
      return challenge(401, 'The DPoP proof is not valid', code)
    case 'use_dpop_nonce':
      return challenge(401, 'The DPoP proof needs a nonce of this server', code)
    case 'insufficient_user_authentication':
      return challenge(401, 'A stronger or more recent login is required', code)
    case 'invalid_request':
      return challenge(400, 'The request does not carry exactly one access token', code)
    case 'insufficient_scope':
      return challenge(403, 'The access token does not cover this', code)
    case 'insufficient_role':
      return plain(403, 'The user may not do this')
    case 'user_required':
      return plain(403, 'Only a user may do this')
    case 'client_required':
      return plain(403, 'Only a client for itself may do this')
    case 'csrf_rejected':
      return plain(403, 'The request does not come from the app itself')
    case 'keys_unavailable':
    case 'deny_list_unavailable':
    case 'replay_store_unavailable':
      return plain(503, 'Tokens cannot be checked right now')
  }
}

/** A scheme the API takes, as its challenges name it. */
export interface OfferedScheme {
  readonly scheme: AuthScheme
  /** Space-separated algorithms that proofs may use (RFC 9449, section 7.1). */
  readonly algs?: string
}

/** What {@link refuse} adds to a code. */
export interface RefusalDetails {
  readonly realm: string
  /** Schemes to be challenged, in this order. Default Bearer alone. */
  readonly schemes?: readonly OfferedScheme[]
  /** The scheme the client used: its challenge names the error. Default the first one. */
  readonly used?: AuthScheme
  /** Scope values that the resource needs, for the challenge. */
  readonly scope?: readonly string[] | undefined
  /** Login that the resource needs (RFC 9470, section 3). */
  readonly login?: Pick<Challenge, 'acrValues' | 'maxAgeSeconds'> | undefined
  /** Value of `DPoP-Nonce` (RFC 9449, section 9). */
  readonly nonce?: string | undefined
  readonly reason?: JwtErrorCode | ProofReason | undefined
  readonly retryAfterSeconds?: number | undefined
}

const bearerOnly: readonly OfferedScheme[] = [{ scheme: 'Bearer' }]

const formatChallenges = ({ title, error }: RefusalKind, details: RefusalDetails): string => {
  const { realm, schemes = bearerOnly, login } = details
  const used = details.used ?? schemes[0]?.scheme
  const scope = details.scope?.join(' ')
  return schemes
    .map(({ scheme, algs }) => {
      const shared = { scheme, realm, scope, algs }
      if (error === undefined || scheme !== used) return formatChallenge(shared)
      return formatChallenge({ ...shared, error, description: title, ...login })
    })
    .join(', ')
}

/** Composes the answer to a refused request (RFC 6750, section 3). */
export const refuse = (code: RefusalCode, details: RefusalDetails): Refusal => {
  const kind = kindOf(code)
  const { status, title } = kind
  const headers: Record<string, string> = {
    'cache-control': 'no-store',
    'content-type': 'application/problem+json',
  }
  const exposeHeaders: string[] = []
  if (kind.isChallenge) {
    headers['www-authenticate'] = formatChallenges(kind, details)
    exposeHeaders.push('WWW-Authenticate')
  }
  if (details.nonce !== undefined) {
    headers['dpop-nonce'] = details.nonce
    exposeHeaders.push('DPoP-Nonce')
  }
  if (status === 503) {
    headers['retry-after'] = String(details.retryAfterSeconds ?? defaults.retryAfterSeconds)
    exposeHeaders.push('Retry-After')
  }
  const body = { type: 'about:blank', title, status, code } as const
  return { status, code, headers, exposeHeaders, body, reason: details.reason }
}
