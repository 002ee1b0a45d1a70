import type { LoginOutcome } from '@coatcheck/wire'
import type { Context } from 'koa'
import type { BffContext } from '../bff-context.ts'
import { readSessionHint } from '../cookies/session-cookie.ts'
import type { Transaction } from '../cookies/transaction.ts'
import { takeTransaction } from '../cookies/transaction-cookie.ts'
import { isStoreOutage } from '../errors.ts'
import { classifyErrorCode } from '../provider/failure.ts'
import { failLogin, type LoginFailure, logLoginFailure } from '../requests/fail-login.ts'
import { findResource } from '../requests/find-resource.ts'
import { publicUrls } from '../requests/public-urls.ts'
import { type Query, readQuery } from '../requests/read-query.ts'
import type { KoaSession } from '../sessions/create-koa-session.ts'
import { establishSession } from '../sessions/establish-session.ts'
import { spendState } from '../sessions/spend-state.ts'

/** Provider errors that only the user can resolve (OpenID Connect Core, section 3.1.2.6). */
const interactionErrors = [
  'interaction_required',
  'login_required',
  'account_selection_required',
  'consent_required',
]

const outcomeOf = (error: string): LoginOutcome => {
  if (error === 'access_denied') return 'login_cancelled'
  if (interactionErrors.includes(error)) return 'interaction_required'
  return classifyErrorCode(error)
}

/** A login in progress with the provider's answer to it. */
interface AnsweredLogin {
  readonly transaction: Transaction
  readonly query: Query
}

/** Judges the provider's answer before anything is sent to its token endpoint. */
const findAnswerFault = async (
  bff: BffContext,
  { transaction, query: { values } }: AnsweredLogin,
): Promise<LoginOutcome | undefined> => {
  if (!(await spendState(bff.options, transaction.state))) return 'login_transaction_missing'
  const issuer = await bff.provider.checkAnswerIssuer(values.get('iss'))
  if (issuer !== 'ours') return issuer
  const error = values.get('error')
  if (error !== undefined) return outcomeOf(error)
  return values.has('code') ? undefined : 'invalid_request'
}

/** From the provider's answer to a session; resolves to what went wrong, if anything did. */
const completeLogin = async (
  bff: BffContext & { readonly koaSession: KoaSession },
  ctx: Context,
  login: AnsweredLogin,
): Promise<LoginFailure | undefined> => {
  const { options, provider } = bff
  const { transaction } = login
  const code = await findAnswerFault(bff, login)
  if (code !== undefined) return { code }
  const callbackUrl = new URL(publicUrls(options).callback)
  callbackUrl.search = ctx.querystring
  const resource = findResource(options, transaction.resource)
  const exchange = await provider.exchangeCode({ transaction, resource, callbackUrl })
  if (exchange.kind === 'failed') return exchange
  await establishSession(bff, ctx, { transaction, ...exchange })
  return undefined
}

const toStoreOutage = (failure: unknown): LoginFailure => {
  if (!isStoreOutage(failure)) throw failure
  return { code: 'store_unavailable', cause: failure }
}

/** Reload, Back and bookmarks of the callback are no error to someone who is logged in. */
const isHarmless = async (
  { options, sessions }: BffContext,
  ctx: Context,
  { code }: LoginFailure,
): Promise<boolean> => {
  const sid = readSessionHint(options, ctx)
  if (code !== 'login_transaction_missing' || sid === undefined) return false
  return sessions.read(sid).then(
    ({ kind }) => kind === 'live',
    () => false,
  )
}

/** `GET /callback`: the provider's answer becomes a session, or a code word for the app. */
export const callback = async (
  bff: BffContext & { readonly koaSession: KoaSession },
  ctx: Context,
): Promise<void> => {
  const query = readQuery(ctx)
  if (query.hasRepeated) return failLogin(bff, ctx, { code: 'invalid_request' })
  const transaction = takeTransaction(bff, ctx, query.values.get('state') ?? '')
  const returnTo = transaction?.returnTo ?? publicUrls(bff.options).home
  const failure: LoginFailure | undefined =
    transaction === undefined
      ? { code: 'login_transaction_missing' }
      : await completeLogin(bff, ctx, { transaction, query }).catch(toStoreOutage)
  if (failure === undefined) {
    bff.options.log.info({ event: 'login.succeeded' }, 'A user logged in.')
  } else if (await isHarmless(bff, ctx, failure)) {
    logLoginFailure(bff, failure)
  } else {
    return failLogin(bff, ctx, { ...failure, returnTo })
  }
  ctx.status = 303
  ctx.redirect(returnTo)
}
