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

/** Names the failure in the log; nothing of the provider's text is in it. */
export const logLoginFailure = (
  { options }: Pick<BffContext, 'options'>,
  { code, cause }: LoginFailure,
): void =>
  options.log.warn(
    { event: 'login.failed', code, failure: describeFailure(cause) },
    'A login ended without a session.',
  )

/** Ends a login without a session: back to the app with a code word, nothing of the provider's. */
export const failLogin = (
  bff: Pick<BffContext, 'options'>,
  ctx: Context,
  failure: LoginFailure,
): void => {
  const { code, returnTo } = failure
  logLoginFailure(bff, failure)
  if (wantsProblem(ctx)) throw new RequestProblem(code)
  const target = new URL(returnTo ?? publicUrls(bff.options).home)
  target.searchParams.set(loginErrorParameter, code)
  ctx.status = 303
  ctx.redirect(target.href)
}
