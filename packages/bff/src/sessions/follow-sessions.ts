import { describeFailure, type Log } from '../log.ts'
import type { LiveSession, PartChange, Sessions } from './create-sessions.ts'
import type { SessionIndex } from './session-index.ts'
import type { SessionNews } from './session-news.ts'
import type { SessionRecord } from './session-record.ts'

export interface FollowedSessionsOptions {
  readonly sessions: Sessions
  readonly index: SessionIndex
  readonly news: SessionNews
  readonly log: Log
}

/** Sessions whose beginnings are indexed, and whose changes and ends every process hears of. */
export const followSessions = ({
  sessions,
  index,
  news,
  log,
}: FollowedSessionsOptions): Sessions => {
  /** The index holds hints: an entry too many costs one look at a record that is gone. */
  const forget = (record: SessionRecord) =>
    index.remove(record).catch((failure: unknown) => {
      log.warn(
        { event: 'session.index_stale', failure: describeFailure(failure) },
        'An ended session is still listed; its record says that it is over.',
      )
    })

  const prepareEnd: Sessions['prepareEnd'] = (sid, reason, exception) => {
    const attempt = sessions.prepareEnd(sid, reason, exception)
    return async () => {
      const record = await attempt()
      if (record !== undefined) {
        await Promise.all([news.publish({ kind: 'ended', sid, reason }), forget(record)])
      }
      return record
    }
  }

  const end: Sessions['end'] = (...end) => prepareEnd(...end)()

  const tell = async (session: LiveSession, change: Promise<PartChange>): Promise<PartChange> => {
    const outcome = await change
    const { sid } = session.record
    if (outcome.kind === 'stored') await news.publish({ kind: 'changed', sid })
    return outcome
  }

  return {
    ...sessions,
    end,
    prepareEnd,
    create: async (record) => {
      // Before the record: a session that no logout could find must never be.
      await index.add(record)
      return sessions.create(record)
    },
    changeTokens: (session, sealed) => tell(session, sessions.changeTokens(session, sealed)),
  }
}
