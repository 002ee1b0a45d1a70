import * as defaults from '../defaults.ts'
import type { JwtErrorCode } from '../errors.ts'
import type { BearerError } from './challenge.ts'
import { formatChallenge } from './challenge.ts'

/**
 * What a refused client is told. All faults of a token are one: telling them apart would help
 * whoever tries tokens out.
 */
export type RefusalCode =
  /** 401: there are no bearer credentials in the request. */
  | 'token_required'
  /** 401: the token is not valid, whatever the reason. */
  | 'invalid_token'
  /** 400: the credentials are malformed, or sent in two ways. */
  | 'invalid_request'
  /** 403: the token's scope does not suffice. */
  | 'insufficient_scope'
  /** 403: the token's roles do not suffice. */
  | 'insufficient_role'
  /** 403: the token was issued to a client for itself, and a user is wanted. */
  | 'user_required'
  /** 503: the issuer's keys cannot be had; the token may be fine. */
  | 'keys_unavailable'
  /** 503: nobody can tell now whether the token was denied; it may be fine. */
  | 'deny_list_unavailable'

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
  readonly reason: JwtErrorCode | undefined
}

interface RefusalKind {
  readonly status: Refusal['status']
  readonly title: string
  readonly error?: BearerError
  /** Whether a challenge tells the client which credentials would do. */
  readonly isChallenge: boolean
}

const kindOf = (code: RefusalCode): RefusalKind => {
  switch (code) {
    case 'token_required':
      return { status: 401, title: 'An access token is required', isChallenge: true }
    case 'invalid_token':
      return {
        status: 401,
        title: 'The access token is not valid',
        error: code,
        isChallenge: true,
      }
    case 'invalid_request':
      return {
        status: 400,
        title: 'The request does not carry exactly one access token',
        error: code,
        isChallenge: true,
      }
    case 'insufficient_scope':
      return {
        status: 403,
        title: 'The access token does not cover this',
        error: code,
        isChallenge: true,
      }
    case 'insufficient_role':
      return { status: 403, title: 'The user may not do this', isChallenge: false }
    case 'user_required':
      return { status: 403, title: 'Only a user may do this', isChallenge: false }
    case 'keys_unavailable':
    case 'deny_list_unavailable':
      return { status: 503, title: 'Tokens cannot be checked right now', isChallenge: false }
  }
}

/** What {@link refuse} adds to a code. */
export interface RefusalDetails {
  readonly realm: string
  /** Scope values that the resource needs, for the challenge. */
  readonly scope?: readonly string[] | undefined
  readonly reason?: JwtErrorCode
  readonly retryAfterSeconds?: number | undefined
}

/** Composes the answer to a refused request (RFC 6750, section 3). */
export const refuse = (code: RefusalCode, details: RefusalDetails): Refusal => {
  const { status, title, error, isChallenge } = kindOf(code)
  const headers: Record<string, string> = {
    'cache-control': 'no-store',
    'content-type': 'application/problem+json',
  }
  if (isChallenge) {
    headers['www-authenticate'] = formatChallenge({
      realm: details.realm,
      ...(error !== undefined && { error, description: title }),
      ...(details.scope !== undefined && { scope: details.scope.join(' ') }),
    })
  }
  if (status === 503) {
    headers['retry-after'] = String(details.retryAfterSeconds ?? defaults.retryAfterSeconds)
  }
  const exposed = isChallenge ? ['WWW-Authenticate'] : []
  return {
    status,
    code,
    headers,
    exposeHeaders: status === 503 ? ['Retry-After'] : exposed,
    body: { type: 'about:blank', title, status, code },
    reason: details.reason,
  }
}
