import type { Store } from '@coatcheck/store'
import type { SessionEndReason } from '@coatcheck/wire'
import { defaults } from '../defaults.ts'
import {
  isTombstone,
  parseStoredSession,
  type SealedTokens,
  type SessionRecord,
  type Tombstone,
} from './session-record.ts'

/** A live session as it was read, with what a compare-and-set needs. */
export interface LiveSession {
  readonly record: SessionRecord
  readonly version: string
  /** When the session ends if nobody uses it, epoch milliseconds. */
  readonly idleExpiresAt: number
}

/** What a sid leads to. */
export type SessionLookup =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'ended'; readonly reason: SessionEndReason; readonly secretHash: string }
  | { readonly kind: 'live'; readonly session: LiveSession }

/** How a change of the token set went. */
export type TokensChange =
  | { readonly kind: 'stored'; readonly session: LiveSession }
  /** Someone else stored a newer token set; it stands, ours is dropped. */
  | { readonly kind: 'superseded'; readonly session: LiveSession }
  | { readonly kind: 'gone'; readonly reason: SessionEndReason | undefined }

/** Session records over the storage port. Every change is a compare-and-set. */
export interface Sessions {
  read(sid: string): Promise<SessionLookup>
  /** Resolves to `false` when the sid is taken, which means a broken source of randomness. */
  create(record: SessionRecord): Promise<boolean>
  /** Replaces the token set unless a newer one or the session's end came first. */
  changeTokens(session: LiveSession, sealed: string): Promise<TokensChange>
  /** Moves the idle limit, at most once a minute; changes nothing else. */
  slide(session: LiveSession): Promise<LiveSession>
  /** Leaves a tombstone. Resolves to the record that ended, or `undefined` if there was none. */
  end(sid: string, reason: SessionEndReason): Promise<SessionRecord | undefined>
}

export interface SessionsOptions {
  readonly store: Store
  readonly now: () => number
  readonly idleSeconds: number
}

const tombstoneMs = defaults.tombstoneSeconds * 1000
const keyOf = (sid: string): string => `session:${sid}`

export const createSessions = ({ store, now, idleSeconds }: SessionsOptions): Sessions => {
  const idleLimit = (record: SessionRecord) =>
    Math.min(now() + idleSeconds * 1000, record.login.expiresAt)

  // An entry outlives its session by the tombstone's time, so that its end can still be told.
  const entryOf = (record: SessionRecord, idleExpiresAt: number) => ({
    value: JSON.stringify(record),
    expiresAt: idleExpiresAt + tombstoneMs,
  })

  const bury = (sid: string, version: string, record: SessionRecord, reason: SessionEndReason) => {
    const { secretHash } = record
    const tombstone: Tombstone = { format: 1, sid, secretHash, ended: { reason, at: now() } }
    const value = JSON.stringify(tombstone)
    return store.swap(keyOf(sid), version, { value, expiresAt: now() + tombstoneMs })
  }

  const read = async (sid: string): Promise<SessionLookup> => {
    const entry = await store.get(keyOf(sid))
    const stored = entry && parseStoredSession(entry.value)
    if (entry === undefined || stored === undefined) return { kind: 'unknown' }
    if (isTombstone(stored)) {
      const { secretHash, ended } = stored
      // A slide that came late may have moved the entry's expiry.
      const isRecent = now() - ended.at < tombstoneMs
      return isRecent ? { kind: 'ended', reason: ended.reason, secretHash } : { kind: 'unknown' }
    }
    const idleExpiresAt = entry.expiresAt - tombstoneMs
    if (idleExpiresAt > now()) {
      return { kind: 'live', session: { record: stored, version: entry.version, idleExpiresAt } }
    }
    const { version } = entry
    await bury(sid, version, stored, 'expired')
    return { kind: 'ended', reason: 'expired', secretHash: stored.secretHash }
  }

  const changeTokens = async (
    { record: { sid, tokens: before } }: LiveSession,
    sealed: string,
  ): Promise<TokensChange> => {
    const tokens: SealedTokens = { generation: before.generation + 1, sealed }
    for (;;) {
      // Read just before the swap: a slide moves the expiry without changing the version.
      const lookup = await read(sid)
      if (lookup.kind === 'unknown') return { kind: 'gone', reason: undefined }
      if (lookup.kind === 'ended') return { kind: 'gone', reason: lookup.reason }
      const { session } = lookup
      if (session.record.tokens.generation >= tokens.generation) {
        return { kind: 'superseded', session }
      }
      const record: SessionRecord = { ...session.record, tokens }
      const entry = entryOf(record, session.idleExpiresAt)
      const version = await store.swap(keyOf(sid), session.version, entry)
      if (version !== undefined) {
        return { kind: 'stored', session: { ...session, record, version } }
      }
    }
  }

  return {
    read,
    changeTokens,
    create: async (record) =>
      (await store.put(keyOf(record.sid), entryOf(record, idleLimit(record)))) !== undefined,
    slide: async (session) => {
      const idleExpiresAt = idleLimit(session.record)
      const gainedMs = idleExpiresAt - session.idleExpiresAt
      if (gainedMs < defaults.touchIntervalSeconds * 1000) return session
      await store.touch(keyOf(session.record.sid), idleExpiresAt + tombstoneMs)
      return { ...session, idleExpiresAt }
    },
    end: async (sid, reason) => {
      for (;;) {
        const lookup = await read(sid)
        if (lookup.kind !== 'live') return undefined
        const { record, version } = lookup.session
        if ((await bury(sid, version, record, reason)) !== undefined) return record
      }
    },
  }
}
