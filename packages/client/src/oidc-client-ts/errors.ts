/** What an {@link ErrorResponse} is made of. */
export interface ErrorResponseArguments {
  readonly error: string
}

/** A refusal, as oidc-client-ts words it: `login_required`, `access_denied` and so on. */
export class ErrorResponse extends Error {
  declare readonly error: string

  constructor({ error }: ErrorResponseArguments) {
    super(error)
    Object.assign(this, { name: 'ErrorResponse', error })
  }
}

/** For `instanceof` in code that has it; nothing here throws it. */
export class ErrorTimeout extends Error {
  override readonly name = 'ErrorTimeout' as string
}
