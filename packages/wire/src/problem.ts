/** What the caller can do about a problem. */
export type Retry = 'never' | 'login' | 'later'

interface ProblemKind {
  readonly status: number
  readonly retry: Retry
  readonly title: string
}

const kind = (status: number, retry: Retry, title: string): ProblemKind => ({
  status,
  retry,
  title,
})

/** Codes a request may be answered with. */
export type ProblemCode =
  | 'session_required'
  | 'session_expired'
  | 'session_revoked'
  | 'csrf_rejected'
  | 'origin_not_allowed'
  | 'insufficient_scope'
  | 'invalid_request'
  | 'return_to_not_allowed'
  | 'unknown_resource'
  | 'not_found'
  | 'method_not_allowed'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'rate_limited'
  | 'internal_error'
  | 'provider_rejected_client'
  | 'provider_error'
  | 'provider_unavailable'
  | 'refresh_in_progress'
  | 'store_unavailable'

/** Codes a login may end in, as `login_error=CODE` or as a problem. */
export type LoginOutcome =
  | 'invalid_request'
  | 'login_transaction_missing'
  | 'login_cancelled'
  | 'interaction_required'
  | 'id_token_invalid'
  | 'issuer_mismatch'
  | 'provider_error'
  | 'provider_rejected_client'
  | 'provider_unavailable'
  | 'store_unavailable'

/** Status, retry class and title of every code. Imported by the BFF only. */
export const problemKinds: Readonly<Record<ProblemCode | LoginOutcome, ProblemKind>> = {
  session_required: kind(401, 'login', 'There is no session; log in'),
  session_expired: kind(401, 'login', 'The session has expired; log in again'),
  session_revoked: kind(401, 'login', 'The session was ended; log in again'),
  csrf_rejected: kind(403, 'never', 'The request lacks the X-CSRF: 1 header'),
  origin_not_allowed: kind(403, 'never', 'The request does not come from the app'),
  insufficient_scope: kind(403, 'login', 'The login does not cover what was asked for'),
  invalid_request: kind(400, 'never', 'The request is malformed'),
  return_to_not_allowed: kind(400, 'never', 'returnTo must be a path of the app'),
  unknown_resource: kind(400, 'never', 'No resource of that name is configured'),
  not_found: kind(404, 'never', 'There is nothing at this path'),
  method_not_allowed: kind(405, 'never', 'The method is not allowed here'),
  payload_too_large: kind(413, 'never', 'The body is too large'),
  unsupported_media_type: kind(415, 'never', 'The body is of the wrong media type'),
  rate_limited: kind(429, 'later', 'There are too many of these requests'),
  internal_error: kind(500, 'later', 'Something went wrong'),
  provider_rejected_client: kind(502, 'later', 'The provider refused the client configuration'),
  provider_error: kind(502, 'later', 'The provider answered with an error'),
  provider_unavailable: kind(503, 'later', 'The provider cannot be reached'),
  refresh_in_progress: kind(503, 'later', 'A renewal is under way'),
  store_unavailable: kind(503, 'later', 'The session store cannot be reached'),
  login_transaction_missing: kind(400, 'login', 'No login is in progress in this browser'),
  login_cancelled: kind(400, 'login', 'The login was cancelled'),
  interaction_required: kind(400, 'login', 'The provider needs the user to interact'),
  id_token_invalid: kind(400, 'login', 'The identity the provider sent is not valid'),
  issuer_mismatch: kind(400, 'login', 'The answer comes from another provider'),
}

/** Error body (RFC 9457, section 3.1) with our members. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: ProblemCode | LoginOutcome
  readonly retry: Retry
  /** Names the option or member at fault, never a value. */
  readonly detail?: string
  /** Why the session is over, on a 401. */
  readonly reason?: import('./session.ts').SessionEndReason
  /** Seconds to wait, as in `Retry-After`. */
  readonly retryAfterSeconds?: number
  /** Finds the request in the BFF's log. */
  readonly correlationId?: string
}
