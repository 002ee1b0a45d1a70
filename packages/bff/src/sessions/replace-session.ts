import type { SessionEndReason } from '@coatcheck/wire'
import type { BffContext } from '../bff-context.ts'
import { defaults } from '../defaults.ts'
import { describeFailure } from '../log.ts'
import { untilStored } from '../until-stored.ts'
import { within } from '../within.ts'

type Deps = Pick<BffContext, 'sessions' | 'flights' | 'options'>

/** Which session goes, and which one the browser has in its place. */
export interface Replacement {
  readonly sid: string
  readonly successor: string
  /** How the successor may have ended meanwhile without this session being kept for it. */
  readonly evenAfter: readonly SessionEndReason[]
}

/** Kept: the successor did not stand. Unsettled: it goes on behind the answer, or was given up. */
export type ReplacementOutcome = 'replaced' | 'kept' | 'unsettled'

/** Whether the login stands: the session it made lives, or has ended in a way that changes nothing. */
const hasStood = async (
  { sessions }: Deps,
  { successor, evenAfter }: Replacement,
): Promise<boolean> => {
  const lookup = await sessions.read(successor)
  return lookup.kind === 'live' || (lookup.kind === 'ended' && evenAfter.includes(lookup.reason))
}

const prepareReplacement = (bff: Deps, replacement: Replacement) => {
  const { sid, successor, evenAfter } = replacement
  const end = bff.sessions.prepareEnd(sid, 'replaced')
  return () =>
    // In line with the ends of the successor: while it is being undone, nothing gives way to it.
    bff.flights.run(`end ${successor}`, `replace ${sid} ${evenAfter}`, async () => {
      if (!(await hasStood(bff, replacement))) return 'kept' as const
      await end()
      return 'replaced' as const
    })
}

/**
 * Ends the session that a login replaces in this browser. Its refresh token is dropped, not
 * revoked: at many providers it shares a grant with the new one.
 *
 * Never rejects, as a login is worth more than the end of the session before it. A store that is
 * away is asked again behind the answer, unless the login is undone meanwhile: then its user keeps
 * the session they had.
 */
export const replaceSession = async (
  bff: Deps,
  replacement: Replacement,
): Promise<ReplacementOutcome> => {
  const { sid, successor, evenAfter } = replacement
  const { log } = bff.options
  const replacing = bff.flights
    .run(`replace ${sid}`, `${successor} ${evenAfter}`, () =>
      untilStored(prepareReplacement(bff, replacement)),
    )
    .catch((failure: unknown) => {
      log.error(
        { event: 'session.end_given_up', code: 'replaced', failure: describeFailure(failure) },
        'The store did not take the end of a session that was replaced: it may be alive.',
      )
      return 'given up' as const
    })
  const outcome = await within<ReplacementOutcome | 'given up'>(
    defaults.endWaitMs,
    replacing,
    'unsettled',
  )
  if (outcome === 'given up') return 'unsettled'
  if (outcome !== 'unsettled') return outcome
  log.warn(
    { event: 'session.end_unsettled', code: 'replaced' },
    'The store could not tell in time whether a session was replaced; it is asked again.',
  )
  return outcome
}
