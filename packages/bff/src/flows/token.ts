import type { SessionEndReason, TokenRequest } from '@coatcheck/wire'
import type { Context } from 'koa'
import * as z from 'zod'
import type { BffContext } from '../bff-context.ts'
import { readSessionCookie } from '../cookies/session-cookie.ts'
import { RequestProblem } from '../errors.ts'
import { obtainToken } from '../renewal/obtain-token.ts'
import { findResource } from '../requests/find-resource.ts'
import { readJson } from '../requests/read-json.ts'
import { sendJson } from '../requests/send-json.ts'
import type { ResolvedResource } from '../resolve-options.ts'
import type { LiveSession, SessionLookup } from '../sessions/create-sessions.ts'
import { identifySession } from '../sessions/identify-session.ts'
import { rotateSecret } from '../sessions/rotate-secret.ts'

const bodySchema: z.ZodType<TokenRequest> = z.strictObject({
  resource: z.string().max(64).exactOptional(),
  scope: z.string().max(1000).exactOptional(),
  minValiditySeconds: z.number().nonnegative().exactOptional(),
  rejected: z
    .string()
    .regex(/^[\w-]{43}$/)
    .exactOptional(),
  slide: z.boolean().exactOptional(),
})

const ended = (reason: SessionEndReason | undefined): RequestProblem => {
  if (reason === undefined) return new RequestProblem('session_required')
  return new RequestProblem(reason === 'expired' ? 'session_expired' : 'session_revoked', {
    reason,
  })
}

const requireLive = (lookup: SessionLookup): LiveSession => {
  if (lookup.kind === 'live') return lookup.session
  throw ended(lookup.kind === 'ended' ? lookup.reason : undefined)
}

/** The scope asked for in one spelling, or `undefined` for the resource's own. */
const narrowScope = (resource: ResolvedResource, scope: string | undefined): string | undefined => {
  if (scope === undefined) return undefined
  const granted = new Set(resource.scope.split(' '))
  const asked = [...new Set(scope.split(' '))].sort()
  if (!asked.every((word) => granted.has(word))) {
    throw new RequestProblem('insufficient_scope', { detail: 'scope exceeds the resource’s own' })
  }
  return asked.length === granted.size ? undefined : asked.join(' ')
}

/** `POST /token`: the access token of one resource for the browser's memory. */
export const token = async (bff: BffContext, ctx: Context): Promise<void> => {
  const body = await readJson(ctx, bodySchema)
  const live = requireLive(await identifySession(bff, readSessionCookie(bff.options, ctx)))
  const resource = findResource(bff.options, body.resource)
  const scope = narrowScope(resource, body.scope)
  const isBackground = body.slide === false
  // A wait for nothing costs a request a turn of its own, and its memory lives as long.
  const sliding = isBackground ? live : bff.sessions.slide(live)
  const slid = sliding instanceof Promise ? await sliding : sliding
  const obtaining = obtainToken(bff, slid, {
    resource,
    scope,
    minValiditySeconds: body.minValiditySeconds ?? 0,
    rejected: body.rejected,
  })
  const outcome = obtaining instanceof Promise ? await obtaining : obtaining
  switch (outcome.kind) {
    case 'served':
      if (!isBackground) {
        const rotation = rotateSecret(bff, ctx, slid)
        if (rotation !== undefined) await rotation
      }
      sendJson(ctx, outcome.answer)
      return
    case 'ended':
      throw ended(outcome.reason)
    case 'failed': {
      const { code, retryAfterSeconds } = outcome
      throw new RequestProblem(code, retryAfterSeconds === undefined ? {} : { retryAfterSeconds })
    }
  }
}
