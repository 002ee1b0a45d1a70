import { type Store, StoreError } from '@coatcheck/store'
import type { SessionEndReason } from '@coatcheck/wire'
import type { SessionLookup } from './live-session.ts'
import {
  isTombstone,
  parseStoredSession,
  type SessionRecord,
  type Tombstone,
} from './session-record.ts'

/** Which record is spared, judged by the very one that would be replaced. */
export interface EndException {
  readonly unless: (record: SessionRecord) => boolean
}

/**
 * Ends a session. Resolves to the record that ended, or `undefined` if there was none, somebody else
 * was faster, or it was to be spared. What has rejected may be called again: it knows the tombstone
 * of an earlier attempt whose answer was lost, and rejects where that has run out meanwhile. What has
 * resolved is done.
 */
export type EndAttempt = () => Promise<SessionRecord | undefined>

/** Which session ends, why, and what would spare it. */
export type EndArguments = readonly [
  sid: string,
  reason: SessionEndReason,
  exception?: EndException,
]

/** What an end asks of the store. */
export interface EndsOptions {
  readonly read: (sid: string) => Promise<SessionLookup>
  readonly getEntry: (sid: string) => ReturnType<Store['get']>
  /** Resolves to `undefined` when another change came in between. */
  readonly bury: (
    sid: string,
    version: string,
    ended: Pick<Tombstone['ended'], 'reason' | 'mark'>,
  ) => Promise<string | undefined>
  /** Writes the expiry of a tombstone of that instant as it is. */
  readonly confirm: (sid: string, endedAt: number) => Promise<boolean>
  readonly newMark: () => string
}

/** Ends of sessions, which may be asked for again when their outcome is unknown. */
export const createEnds = ({
  read,
  getEntry,
  bury,
  confirm,
  newMark,
}: EndsOptions): ((...end: EndArguments) => EndAttempt) => {
  const isBuriedUnder = async (sid: string, mark: string): Promise<boolean> => {
    const entry = await getEntry(sid)
    const stored = entry && parseStoredSession(entry.value)
    // Ours may have stood there, and so may somebody else's.
    if (stored === undefined) {
      throw new StoreError('store_unavailable', 'What is left of a session ran out meanwhile.')
    }
    if (!isTombstone(stored) || stored.ended.mark !== mark) return false
    // What stands is safe, replicas included, once a later write is.
    await confirm(sid, stored.ended.at)
    return true
  }

  return (sid, reason, { unless } = { unless: () => false }) => {
    const mark = newMark()
    // Only the last one can be under our tombstone: a swap replaces what was read or nothing.
    let last: SessionRecord | undefined
    const recall = async () =>
      last !== undefined && (await isBuriedUnder(sid, mark)) ? last : undefined

    const attempt: EndAttempt = async () => {
      const lookup = await read(sid)
      if (lookup.kind !== 'live') return recall()
      const { record, version } = lookup.session
      if (unless(record)) return undefined
      last = record
      const buried = await bury(sid, version, { reason, mark })
      // Who loses a swap reads again and decides anew.
      return buried === undefined ? attempt() : record
    }
    return attempt
  }
}
