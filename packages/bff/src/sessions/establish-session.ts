import type { UserClaims } from '@coatcheck/wire'
import type { Context } from 'koa'
import type { IDToken } from 'openid-client'
import type { BffContext } from '../bff-context.ts'
import {
  createSessionCookie,
  readSessionHint,
  type SessionCookie,
} from '../cookies/session-cookie.ts'
import { withdrawCookies } from '../cookies/set-cookie.ts'
import type { Transaction } from '../cookies/transaction.ts'
import { readPendingStates } from '../cookies/transaction-cookie.ts'
import { isStoreOutage } from '../errors.ts'
import { type TokenAnswerFields, toAccessToken } from '../provider/token-answer.ts'
import { findResource } from '../requests/find-resource.ts'
import type { KoaSession } from './create-koa-session.ts'
import { parseDevice } from './device.ts'
import { endSession } from './end-session.ts'
import { readAnnouncement } from './login-announcements.ts'
import { isLoginOvertaken } from './overtaken-logins.ts'
import { settleParallelLogins } from './parallel-logins.ts'
import type { LoginFacts, SessionRecord } from './session-record.ts'
import { accessKey, sealTokenSet, type TokenSet } from './token-set.ts'

/** A login with what the provider sent for it, verified. */
export interface FinishedLogin {
  readonly transaction: Transaction
  readonly answer: TokenAnswerFields
  readonly claims: IDToken
}

interface MadeSession {
  readonly login: LoginFacts
  readonly cookie: SessionCookie
}

const chooseClaims = ({ options }: BffContext, claims: IDToken): UserClaims => {
  const chosen = options.session.claims.filter((name) => Object.hasOwn(claims, name))
  return { ...Object.fromEntries(chosen.map((name) => [name, claims[name]])), sub: claims.sub }
}

const toLoginFacts = (bff: BffContext, claims: IDToken): LoginFacts => {
  const { options } = bff
  const now = options.now()
  return {
    issuer: claims.iss,
    subject: claims.sub,
    user: chooseClaims(bff, claims),
    createdAt: now,
    expiresAt: now + options.session.absoluteSeconds * 1000,
    ...(typeof claims.sid === 'string' && { providerSid: claims.sid }),
    ...(typeof claims.auth_time === 'number' && { authTime: claims.auth_time }),
    ...(typeof claims.acr === 'string' && { acr: claims.acr }),
  }
}

const toTokenSet = (
  { options }: BffContext,
  { nonce, resource }: Transaction,
  answer: TokenAnswerFields,
): TokenSet => {
  const { scope: askedScope } = findResource(options, resource)
  const token = toAccessToken(answer, { now: options.now(), askedScope, rejectedAt: [] })
  const isHintKept = options.provider.idTokenHint === 'send' && answer.idToken !== undefined
  return {
    nonce,
    access: { [accessKey(resource, undefined)]: token },
    ...(answer.refreshToken !== undefined && { refreshToken: answer.refreshToken }),
    ...(isHintKept && { idToken: answer.idToken }),
  }
}

/** Runs what a login does once its session is there; one that fails there leaves no session. */
const orUndo = async (
  bff: BffContext,
  ctx: Context,
  { sid, work }: { readonly sid: string; readonly work: () => Promise<void> },
): Promise<void> => {
  try {
    await work()
  } catch (failure) {
    const { session, hint } = bff.options.cookieNames
    withdrawCookies(ctx, [session, hint])
    // Where the store is still away this goes on behind the answer: nobody has the session's cookie.
    await endSession(bff, sid, 'revoked').catch(() => false)
    throw failure
  }
}

const passOver = (failure: unknown): readonly string[] => {
  if (!isStoreOutage(failure)) throw failure
  return []
}

/** Ends the oldest sessions of a user who has too many. */
const endBeyondLimit = async (
  bff: BffContext,
  session: Pick<SessionRecord, 'sid' | 'login'>,
): Promise<void> => {
  const { login } = session
  // What cannot be read or ended now stays listed: a logout finds it, and the next login tries again.
  const sids = await bff.index.beyondLimit(session).catch(passOver)
  await Promise.allSettled(
    sids.map(async (sid) => {
      await endSession(bff, sid, 'revoked')
      await bff.index.remove({ sid, login })
    }),
  )
}

/** Whether the browser may have a session, or be about to get one, besides that of this login. */
const mayHaveAnother = async (bff: BffContext, ctx: Context, state: string): Promise<boolean> =>
  readSessionHint(bff.options, ctx) !== undefined ||
  readPendingStates(bff, ctx).some((other) => other !== state) ||
  (await readAnnouncement(bff, state)) !== undefined

/** A login that all sessions of its user ended before: the browser stays with what it has. */
const withdraw = async (
  bff: BffContext,
  ctx: Context,
  { state, sid }: { readonly state: string; readonly sid: string },
): Promise<void> => {
  const { session, hint } = bff.options.cookieNames
  // Where it has nothing, the cookie of the ended session tells the app why nobody is logged in.
  if (await mayHaveAnother(bff, ctx, state)) withdrawCookies(ctx, [session, hint])
  await endSession(bff, sid, 'revoked')
}

/**
 * Ends the sessions that give way to this one, or this one. What may fail comes before any other
 * session ends: of two sessions a login that is undone must not cost both.
 */
const settle = async (
  bff: BffContext,
  ctx: Context,
  { transaction, claims, login, cookie }: Omit<FinishedLogin, 'answer'> & MadeSession,
): Promise<void> => {
  const { createdAt } = login
  const { state, startedAt } = transaction
  // A logout that came before the index knew this session has left its mark by now.
  const marks = await Promise.all([
    bff.providerLogouts.hasEnded(login, claims.iat),
    isLoginOvertaken(bff.options, login, startedAt),
  ])
  // Before any other login can find this one, and give way to a session that ends.
  if (marks.includes(true)) return withdraw(bff, ctx, { state, sid: cookie.sid })
  await settleParallelLogins(bff, ctx, { state, startedAt, owner: login, cookie, createdAt })
  await endBeyondLimit(bff, { sid: cookie.sid, login })
}

/** Gives back what was granted for a session that could not be made. */
const discard = async (
  bff: BffContext,
  sid: string,
  { tokens, failure }: { readonly tokens: TokenSet; readonly failure: unknown },
): Promise<void> => {
  // The record may be there all the same: a device in the user's list that nobody holds.
  const ending = isStoreOutage(failure) ? endSession(bff, sid, 'revoked') : undefined
  const ended = await Promise.resolve(ending).catch(() => undefined)
  const { refreshToken } = tokens
  if (ended !== undefined || refreshToken === undefined) return
  await bff.flights.run(sid, 'revoke', () => bff.revocations.revoke(refreshToken))
}

/** Makes the session under a new id and ends the one it replaces in this browser. */
export const establishSession = async (
  bff: BffContext & { readonly koaSession: KoaSession },
  ctx: Context,
  { transaction, answer, claims }: FinishedLogin,
): Promise<void> => {
  const login = toLoginFacts(bff, claims)
  const tokens = toTokenSet(bff, transaction, answer)
  const cookie = createSessionCookie(bff)
  const sealed = sealTokenSet(bff.tokenSealer, cookie.sid, tokens)
  try {
    const device = parseDevice(ctx.get('user-agent'))
    await bff.koaSession.create(ctx, cookie, {
      login,
      device,
      tokens: { generation: 1, ...sealed },
    })
  } catch (failure) {
    const { sid } = cookie
    // A flight, so that a shutdown waits for it.
    void bff.flights.run(`discard ${sid}`, '', () => discard(bff, sid, { tokens, failure }))
    throw failure
  }
  const work = () => settle(bff, ctx, { transaction, claims, login, cookie })
  await orUndo(bff, ctx, { sid: cookie.sid, work })
}
