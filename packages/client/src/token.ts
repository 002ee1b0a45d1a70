import { callBff, readJson } from './call-bff.ts'
import type { Context, Era, Wanted } from './context.ts'
import { type AuthError, type AuthPhase, sessionRequired } from './errors.ts'
import { planRetry } from './plan-retry.ts'
import { settleSession } from './session.ts'
import { emit } from './state.ts'
import { enoughMs, findToken, holdToken, keyOf } from './token-holder.ts'
import { untilAborted } from './until-aborted.ts'
import { untilOnline } from './until-online.ts'

/** What to ask of the BFF besides which token. */
interface Renewal {
  readonly minValiditySeconds?: number | undefined
  /** The token an API refused. */
  readonly refused?: string
  /** Whether it counts as use of the session; it does by default. */
  readonly slide?: boolean | undefined
}

const requestToken = async (
  context: Context,
  era: Era,
  wanted: Wanted,
  { refused, ...renewal }: Renewal,
): Promise<void> => {
  const former = findToken(era, wanted)?.token
  // A session check under way brings a token as well.
  await era.session
  // One under way may have been asked for before the refusal, and must not come in last.
  if (refused) await era.renewals[keyOf(wanted)]
  if (findToken(era, wanted)?.token !== former) return
  try {
    await untilOnline(context, era)
    const rejected = refused && (await context.fingerprint(refused))
    const body = { ...wanted, ...renewal, rejected }
    const text = await callBff(context, era, 'token', '/token', body)
    holdToken(context, era, wanted, readJson(context, 'token', text))
    planRetry(context)
  } catch (error) {
    if (era === context.era) planRetry(context, error as AuthError)
    throw error
  }
}

/** Gets another token; whoever needs the same one meanwhile shares it. */
export const renewToken = (
  context: Context,
  era: Era,
  wanted: Wanted,
  renewal: Renewal,
): Promise<void> => {
  const key = keyOf(wanted) + (renewal.refused ? '\n' : '')
  era.renewals[key] ??= requestToken(context, era, wanted, renewal).finally(() => {
    delete era.renewals[key]
  })
  return era.renewals[key]
}

/** Renews what will be needed soon; only a token in use keeps the session alive by it. */
export const renewAhead = (context: Context): void => {
  const { era } = context
  // More than is asked for in use, so that the BFF does not answer with the same token.
  const minValiditySeconds = context.minValiditySeconds * 2
  for (const key in era.tokens) {
    const held = era.tokens[key]
    if (!held || held.leftMs() > held.aheadMs) continue
    const renewal = { minValiditySeconds, slide: !!held.isUsed }
    renewToken(context, era, held.wanted, renewal).catch(() => {
      // Not again for this token: whoever needs it asks, and a retry is planned.
      held.aheadMs = -Infinity
    })
  }
}

/**
 * Makes sure of a session and of a token that lives long enough, and answers whose it is.
 *
 * @throws AuthError when there is no session, or one of them cannot be had now
 */
export const ensureToken = async (
  context: Context,
  phase: AuthPhase,
  wanted: Wanted,
  signal?: AbortSignal,
  { minValiditySeconds = context.minValiditySeconds, slide }: Renewal = {},
): Promise<Era> => {
  signal?.throwIfAborted()
  await settleSession(context, signal)
  // Read together and after the wait: the app may have logged out in the same breath.
  const { era, state } = context
  era.controller.signal.throwIfAborted()
  if (state.status === 'error') throw state.error
  if (state.status === 'unauthenticated') {
    emit(context, 'loginRequired', { reason: state.reason })
    throw sessionRequired(phase)
  }
  const held = findToken(era, wanted)
  if (!held || held.leftMs() < enoughMs(held.halfMs, minValiditySeconds)) {
    await untilAborted(renewToken(context, era, wanted, { minValiditySeconds, slide }), signal)
  }
  return era
}

/**
 * The token, to be used at once: not across an `await`.
 *
 * @throws AuthError `session_required` when the login it belongs to is over
 */
export const takeToken = (
  context: Context,
  era: Era,
  wanted: Wanted,
  { slide }: Renewal = {},
): string => {
  const held = findToken(era, wanted)
  if (!held || era !== context.era) throw sessionRequired('token')
  if (slide !== false) held.isUsed = true
  return held.token
}
