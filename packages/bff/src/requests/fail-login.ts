import { type LoginOutcome, loginErrorParameter, problemMediaType } from '@coatcheck/wire'
import type { Context } from 'koa'
import type { BffContext } from '../bff-context.ts'
import { RequestProblem } from '../errors.ts'
import { describeFailure } from '../log.ts'
import { publicUrls } from './public-urls.ts'

export interface LoginFailure {
  readonly code: LoginOutcome
  /** Where the transaction wanted to go; the app's root when there is none. */
  readonly returnTo?: string
  readonly cause?: unknown
}

const wantsProblem = (ctx: Context): boolean =>
  ctx.accepts(['html', problemMediaType]) === problemMediaType

/** Ends a login without a session: back to the app with a code word, nothing of the provider's. */
export const failLogin = (
  { options }: Pick<BffContext, 'options'>,
  ctx: Context,
  { code, returnTo, cause }: LoginFailure,
): void => {
  options.log.warn(
    { event: 'login.failed', code, failure: describeFailure(cause) },
    'A login ended without a session.',
  )
  if (wantsProblem(ctx)) throw new RequestProblem(code)
  const target = new URL(returnTo ?? publicUrls(options).home)
  target.searchParams.set(loginErrorParameter, code)
  ctx.status = 303
  ctx.redirect(target.href)
}
