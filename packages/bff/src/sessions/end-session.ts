import type { SessionEndReason } from '@coatcheck/wire'
import type { BffContext } from '../bff-context.ts'
import { describeFailure } from '../log.ts'
import type { SessionRecord } from './session-record.ts'
import { openTokenSet, type TokenSet } from './token-set.ts'

type Deps = Pick<BffContext, 'sessions' | 'flights' | 'revocations' | 'tokenSealer' | 'options'>

/** The token set of a session that is over; without its key there is nothing left to revoke. */
const openEndedTokens = (
  { tokenSealer, options }: Deps,
  record: SessionRecord,
): TokenSet | undefined => {
  try {
    return openTokenSet(tokenSealer, record)
  } catch (failure) {
    options.log.warn(
      { event: 'session.tokens_unreadable', failure: describeFailure(failure) },
      'The tokens of an ended session could not be read, and so not be revoked.',
    )
    return undefined
  }
}

/** Starts the revocation of what an ended session held; resolves to its tokens at once. */
export const revokeTokensOf = (bff: Deps, record: SessionRecord): TokenSet | undefined => {
  const tokens = openEndedTokens(bff, record)
  const refreshToken = tokens?.refreshToken
  if (refreshToken !== undefined) {
    void bff.flights.run(record.sid, 'revoke', () => bff.revocations.revoke(refreshToken))
  }
  return tokens
}

/** Ends a session by its sid and starts the revocation; resolves to whether it was alive. */
export const endSession = async (
  bff: Deps,
  sid: string,
  reason: SessionEndReason,
): Promise<boolean> => {
  const record = await bff.sessions.end(sid, reason)
  if (record !== undefined) revokeTokensOf(bff, record)
  return record !== undefined
}
