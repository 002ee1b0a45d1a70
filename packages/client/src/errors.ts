import type { LoginOutcome, ProblemCode, Retry } from '@coatcheck/wire'

/**
 * What went wrong. Besides the codes of the BFF:
 * - `network_error`: the BFF could not be reached or took too long; the session is kept
 * - `unexpected_answer`: an answer that is none of the BFF's, such as a proxy's HTML page
 * - `body_not_replayable`: the API refused a request whose body is a stream; the token is renewed,
 *   send the request again with a new stream
 * - `invalid_options`: `createAuthClient` was called wrongly; the message names the option
 * - `not_in_browser`: the client was created where there is no document, as in server rendering
 * - `disposed`: the client was used after `dispose()`
 * - `claims_invalid`: the schema in `claims` refused the user's claims
 * - `popup_blocked`, `popup_closed`, `timeout`: how a login by popup ended without a login
 * - `step_up_required`: an API asks for a stronger or fresher login (RFC 9470)
 * - `login_loop`: a guard sent the user to the login again and again; something is misconfigured
 */
export type AuthErrorCode =
  | ProblemCode
  | LoginOutcome
  | 'network_error'
  | 'unexpected_answer'
  | 'body_not_replayable'
  | 'invalid_options'
  | 'not_in_browser'
  | 'disposed'
  | 'claims_invalid'
  | 'popup_blocked'
  | 'popup_closed'
  | 'timeout'
  | 'step_up_required'
  | 'login_loop'

/** The step that failed. */
export type AuthPhase =
  | 'options'
  | 'login'
  | 'session'
  | 'token'
  | 'fetch'
  | 'logout'
  | 'devices'
  | 'live'

/** What an {@link AuthError} may carry besides its code. */
export interface AuthErrorDetails extends ErrorOptions {
  /** Says more than the code; never a value. */
  readonly message?: string
  /** Finds the request in the BFF's log. */
  readonly correlationId?: string | undefined
  /** Seconds to wait before the next attempt. */
  readonly retryAfterSeconds?: number | undefined
}

/** The only error the client makes. It never holds a token, a cookie or a URL. */
export class AuthError extends Error {
  /** Stable name of the problem. */
  declare readonly code: AuthErrorCode
  /** The step that failed. */
  declare readonly phase: AuthPhase
  /** What helps: waiting (`later`), a login (`login`) or nothing (`never`). */
  declare readonly retry: Retry
  /** Finds the request in the BFF's log, where the BFF said so. */
  declare readonly correlationId: string | undefined
  /** Seconds to wait before the next attempt, where the BFF said so. */
  declare readonly retryAfterSeconds: number | undefined

  constructor(
    code: AuthErrorCode,
    phase: AuthPhase,
    retry: Retry = 'later',
    { message = `${phase}: ${code}`, cause, ...facts }: AuthErrorDetails = {},
  ) {
    super(message, cause ? { cause } : undefined)
    Object.assign(this, { name: 'AuthError', code, phase, retry, ...facts })
  }
}

/**
 * Whether something thrown is the client's error, of one of the codes where codes are given.
 *
 * @example
 * ```ts
 * if (isAuthError(error, 'session_required')) client.login()
 * ```
 */
export const isAuthError = <Code extends AuthErrorCode = AuthErrorCode>(
  error: unknown,
  ...codes: readonly Code[]
): error is AuthError & { readonly code: Code } =>
  error instanceof AuthError && (codes.length < 1 || codes.includes(error.code as Code))

/** The error for a call that needs a session where there is none (any more). */
export const sessionRequired = (phase: AuthPhase): AuthError =>
  new AuthError('session_required', phase, 'login')
