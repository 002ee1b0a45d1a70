import type { Store } from '@coatcheck/store'
import type { SessionEndReason } from '@coatcheck/wire'
import { defaults } from '../defaults.ts'
import {
  isTombstone,
  parseStoredSession,
  type SessionRecord,
  type SessionSecret,
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
  | { readonly kind: 'ended'; readonly reason: SessionEndReason }
  | { readonly kind: 'live'; readonly session: LiveSession }

/** How a change of one part of a record went. */
export type PartChange =
  | { readonly kind: 'stored'; readonly session: LiveSession }
  /** Someone else stored a newer one; it stands, ours is dropped. */
  | { readonly kind: 'superseded'; readonly session: LiveSession }
  | { readonly kind: 'gone'; readonly reason: SessionEndReason | undefined }

/** Session records over the storage port. Every change is a compare-and-set. */
export interface Sessions {
  read(sid: string): Promise<SessionLookup>
  /** Resolves to `false` when the sid is taken, which means a broken source of randomness. */
  create(record: SessionRecord): Promise<boolean>
  /** Replaces the token set unless a newer one or the session's end came first. */
  changeTokens(session: LiveSession, sealed: string): Promise<PartChange>
  /** Replaces the secrets unless newer ones or the session's end came first. */
  changeSecret(session: LiveSession, secret: Omit<SessionSecret, 'generation'>): Promise<PartChange>
  /**
   * Moves the idle limit, at most once a minute, and seals the record anew where an older key
   * sealed it; changes nothing else.
   */
  slide(session: LiveSession): Promise<LiveSession>
  /** Leaves a tombstone. Resolves to the record that ended, or `undefined` if there was none. */
  end(sid: string, reason: SessionEndReason): Promise<SessionRecord | undefined>
}

export interface SessionsOptions {
  readonly store: Store
  readonly now: () => number
  readonly idleSeconds: number
  /**
   * The same record sealed with the newest key, or `undefined` when it is already. Must change no
   * generation. Default: nothing is ever sealed anew.
   */
  readonly sealAnew?: (record: SessionRecord) => SessionRecord | undefined
}

/** The parts that change, each under its own generation. */
type Parts = Pick<SessionRecord, 'secret' | 'tokens'>

const tombstoneMs = defaults.tombstoneSeconds * 1000
const keyOf = (sid: string): string => `session:${sid}`

export const createSessions = ({
  store,
  now,
  idleSeconds,
  sealAnew = () => undefined,
}: SessionsOptions): Sessions => {
  const idleLimit = (record: SessionRecord) =>
    Math.min(now() + idleSeconds * 1000, record.login.expiresAt)

  // An entry outlives its session by the tombstone's time, so that its end can still be told.
  const entryOf = (record: SessionRecord, idleExpiresAt: number) => ({
    value: JSON.stringify(record),
    expiresAt: idleExpiresAt + tombstoneMs,
  })

  const bury = (sid: string, version: string, reason: SessionEndReason) => {
    const tombstone: Tombstone = { format: 1, sid, ended: { reason, at: now() } }
    const value = JSON.stringify(tombstone)
    return store.swap(keyOf(sid), version, { value, expiresAt: now() + tombstoneMs })
  }

  const read = async (sid: string): Promise<SessionLookup> => {
    const entry = await store.get(keyOf(sid))
    const stored = entry && parseStoredSession(entry.value)
    if (entry === undefined || stored === undefined) return { kind: 'unknown' }
    if (isTombstone(stored)) {
      const { ended } = stored
      // A slide that came late may have moved the entry's expiry.
      const isRecent = now() - ended.at < tombstoneMs
      return isRecent ? { kind: 'ended', reason: ended.reason } : { kind: 'unknown' }
    }
    const idleExpiresAt = entry.expiresAt - tombstoneMs
    if (idleExpiresAt > now()) {
      return { kind: 'live', session: { record: stored, version: entry.version, idleExpiresAt } }
    }
    await bury(sid, entry.version, 'expired')
    return { kind: 'ended', reason: 'expired' }
  }

  /** The one loop behind every change: who loses a swap reads again and decides anew. */
  const changePart = async <Name extends keyof Parts>(
    { record: { sid, ...before } }: LiveSession,
    name: Name,
    content: Omit<Parts[Name], 'generation'>,
  ): Promise<PartChange> => {
    const generation = before[name].generation + 1
    for (;;) {
      // Read just before the swap: a slide moves the expiry without changing the version.
      const lookup = await read(sid)
      if (lookup.kind === 'unknown') return { kind: 'gone', reason: undefined }
      if (lookup.kind === 'ended') return { kind: 'gone', reason: lookup.reason }
      const { session } = lookup
      if (session.record[name].generation >= generation) return { kind: 'superseded', session }
      const record: SessionRecord = { ...session.record, [name]: { ...content, generation } }
      const entry = entryOf(record, session.idleExpiresAt)
      const version = await store.swap(keyOf(sid), session.version, entry)
      if (version !== undefined) {
        return { kind: 'stored', session: { ...session, record, version } }
      }
    }
  }

  /** Whoever was faster has sealed with the newest key too, or the next slide will. */
  const trySealAnew = async (
    session: LiveSession,
    idleExpiresAt: number,
  ): Promise<LiveSession | undefined> => {
    const record = sealAnew(session.record)
    if (record === undefined) return undefined
    const entry = entryOf(record, idleExpiresAt)
    const version = await store.swap(keyOf(record.sid), session.version, entry)
    return version === undefined ? undefined : { record, version, idleExpiresAt }
  }

  return {
    read,
    changeTokens: (session, sealed) => changePart(session, 'tokens', { sealed }),
    changeSecret: (session, secret) => changePart(session, 'secret', secret),
    create: async (record) =>
      (await store.put(keyOf(record.sid), entryOf(record, idleLimit(record)))) !== undefined,
    slide: async (session) => {
      const idleExpiresAt = idleLimit(session.record)
      const gainedMs = idleExpiresAt - session.idleExpiresAt
      if (gainedMs < defaults.touchIntervalSeconds * 1000) return session
      const sealedAnew = await trySealAnew(session, idleExpiresAt)
      if (sealedAnew !== undefined) return sealedAnew
      await store.touch(keyOf(session.record.sid), idleExpiresAt + tombstoneMs)
      return { ...session, idleExpiresAt }
    },
    end: async (sid, reason) => {
      for (;;) {
        const lookup = await read(sid)
        if (lookup.kind !== 'live') return undefined
        const { record, version } = lookup.session
        if ((await bury(sid, version, reason)) !== undefined) return record
      }
    },
  }
}
