import {
  problemKinds,
  type SessionAnswer,
  type SessionEndReason,
  type SessionInfo,
} from '@coatcheck/wire'
import type { Context } from 'koa'
import type { BffContext } from '../bff-context.ts'
import { readSessionCookie } from '../cookies/session-cookie.ts'
import { defaults } from '../defaults.ts'
import { obtainToken } from '../renewal/obtain-token.ts'
import { findResource } from '../requests/find-resource.ts'
import { readQuery } from '../requests/read-query.ts'
import type { LiveSession } from '../sessions/create-sessions.ts'
import { identifySession } from '../sessions/identify-session.ts'
import { rotateSecret } from '../sessions/rotate-secret.ts'

const anonymous = (reason?: SessionEndReason): SessionAnswer =>
  reason === undefined ? { authenticated: false } : { authenticated: false, reason }

const secondsUntil = (at: number, now: number) => Math.max(0, Math.floor((at - now) / 1000))

const describeSession = ({ record, idleExpiresAt }: LiveSession, now: number): SessionInfo => {
  const { authTime, acr, expiresAt } = record.login
  return {
    sid: record.sid,
    expiresInSeconds: secondsUntil(expiresAt, now),
    idleExpiresInSeconds: secondsUntil(idleExpiresAt, now),
    ...(authTime !== undefined && { authTime }),
    ...(acr !== undefined && { acr }),
  }
}

const answerFor = async (
  bff: BffContext,
  session: LiveSession,
  resourceName: string | undefined,
): Promise<SessionAnswer> => {
  const answer = {
    authenticated: true,
    user: session.record.login.user,
    session: describeSession(session, bff.options.now()),
  } as const
  if (resourceName === undefined) return answer
  const outcome = await obtainToken(bff, session, {
    resource: findResource(bff.options, resourceName),
    scope: undefined,
    minValiditySeconds: 0,
    rejected: undefined,
  })
  switch (outcome.kind) {
    case 'served':
      return { ...answer, token: outcome.answer }
    case 'ended':
      return anonymous(outcome.reason)
    case 'failed': {
      const { code, retryAfterSeconds = defaults.retryAfterSeconds } = outcome
      const { retry } = problemKinds[code]
      const wait = retry === 'later' ? { retryAfterSeconds } : {}
      return { ...answer, tokenProblem: { code, retry, ...wait } }
    }
  }
}

/**
 * `GET /session`: who is logged in, and on request the token of one resource in the same answer.
 * Being logged out is a 200; only a fault is an error.
 */
export const session = async (bff: BffContext, ctx: Context): Promise<void> => {
  const { values } = readQuery(ctx)
  const lookup = await identifySession(bff, readSessionCookie(bff.options, ctx))
  switch (lookup.kind) {
    case 'unknown':
      ctx.body = anonymous()
      return
    case 'ended':
      ctx.body = anonymous(lookup.reason)
      return
    case 'live': {
      const isBackground = values.get('slide') === 'false'
      const live = isBackground ? lookup.session : await bff.sessions.slide(lookup.session)
      const answer = await answerFor(bff, live, values.get('resource'))
      if (answer.authenticated && !isBackground) await rotateSecret(bff, ctx, live)
      ctx.body = answer
    }
  }
}
