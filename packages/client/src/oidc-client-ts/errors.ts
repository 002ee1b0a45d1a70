import { isAuthError } from '../errors.ts'

/** What an {@link ErrorResponse} is made of. */
export interface ErrorResponseArguments {
  readonly error?: string | null
  readonly error_description?: string | null
  readonly error_uri?: string | null
  readonly userState?: unknown
  readonly session_state?: string | null
  readonly url_state?: string
}

/** The provider's refusal, as oidc-client-ts words it: `login_required`, `access_denied` and so on. */
export class ErrorResponse extends Error {
  override readonly name = 'ErrorResponse' as string
  declare readonly error: string | null
  declare readonly error_description: string | null
  declare readonly error_uri: string | null
  declare readonly session_state: string | null
  declare readonly state: unknown
  declare readonly url_state: string | undefined

  constructor({ userState: state, ...args }: ErrorResponseArguments, options?: ErrorOptions) {
    super(args.error_description ?? args.error ?? '', options)
    const nothing = { error: null, error_description: null, error_uri: null, session_state: null }
    Object.assign(this, nothing, args, { state })
  }
}

/** For `instanceof` in code that has it; nothing here throws it. */
export class ErrorTimeout extends Error {
  override readonly name = 'ErrorTimeout' as string
}

/** The error in the words of oidc-client-ts, where it has some; ours is its cause. */
export const toTheirs = (cause: unknown): unknown => {
  if (!isAuthError(cause) || cause.retry !== 'login' || /^popup/.test(cause.code)) return cause
  const error = cause.code
    .replace('session_required', 'login_required')
    .replace('login_cancelled', 'access_denied')
  return new ErrorResponse({ error }, { cause })
}
