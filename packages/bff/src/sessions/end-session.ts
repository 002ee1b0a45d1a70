import { StoreError } from '@coatcheck/store'
import type { SessionEndReason } from '@coatcheck/wire'
import type { BffContext } from '../bff-context.ts'
import { defaults } from '../defaults.ts'
import { describeFailure } from '../log.ts'
import { untilStored } from '../until-stored.ts'
import { within } from '../within.ts'
import type { SessionRecord } from './session-record.ts'
import { type Grant, openGrant } from './token-set.ts'

type Deps = Pick<BffContext, 'sessions' | 'flights' | 'revocations' | 'tokenSealer' | 'options'>

/** What a login replaces is not ended here, for nothing of it is revoked. */
type EndReason = Exclude<SessionEndReason, 'replaced'>

/** A session that is over. */
export interface EndedSession {
  /** What it held, unless no sealing key opens it. */
  readonly grant: Grant | undefined
}

/** What a session that is over was granted; without its key there is nothing left to revoke. */
const openEndedGrant = (
  { tokenSealer, options }: Deps,
  record: SessionRecord,
): Grant | undefined => {
  try {
    return openGrant(tokenSealer, record)
  } catch (failure) {
    options.log.warn(
      { event: 'session.tokens_unreadable', failure: describeFailure(failure) },
      'The tokens of an ended session could not be read, and so not be revoked.',
    )
    return undefined
  }
}

const endUntilStored = (bff: Deps, sid: string, reason: EndReason) =>
  untilStored(bff.sessions.prepareEnd(sid, reason)).catch((failure: unknown) => {
    bff.options.log.error(
      { event: 'session.end_given_up', code: reason, failure: describeFailure(failure) },
      'The store did not take the end of a session: it may be alive, and was not revoked.',
    )
    throw failure
  })

/**
 * Ends it, however often the store has to be asked, and writes down that what it held is to be
 * revoked; the provider is told behind the answer, after a renewal that is under way.
 */
const settleEnd = async (
  bff: Deps,
  sid: string,
  reason: EndReason,
): Promise<EndedSession | undefined> => {
  const record = await endUntilStored(bff, sid, reason)
  if (record === undefined) return undefined
  const grant = openEndedGrant(bff, record)
  const refreshToken = grant?.refreshToken
  if (refreshToken !== undefined) {
    const adding = bff.revocations.add(refreshToken)
    void bff.flights.run(sid, 'revoke', async () => (await adding)())
    // A list that cannot be written in time delays nobody's logout.
    await within<unknown>(defaults.revocationWaitMs, adding, undefined)
  }
  return { grant }
}

/**
 * Ends a session by its sid and starts the revocation; resolves to `undefined` when it was not
 * alive. An end whose outcome the store could not tell is tried again, also when nobody waits for it
 * any more; who asks for the same meanwhile joins it.
 *
 * @throws StoreError `store_unavailable` when the store has not recovered in time for a request
 */
export const endSession = async (
  bff: Deps,
  sid: string,
  reason: EndReason,
): Promise<EndedSession | undefined> => {
  // A group of its own: an end waits for no renewal.
  const ending = bff.flights.run(`end ${sid}`, reason, () => settleEnd(bff, sid, reason))
  const outcome = await within<EndedSession | 'unsettled' | undefined>(
    defaults.endWaitMs,
    ending,
    'unsettled',
  )
  if (outcome !== 'unsettled') return outcome
  bff.options.log.warn(
    { event: 'session.end_unsettled', code: reason },
    'The store could not tell in time whether a session ended; it is asked again.',
  )
  throw new StoreError('store_unavailable', 'The store could not tell whether a session ended.')
}
