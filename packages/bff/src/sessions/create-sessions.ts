import { randomBytes as systemRandomBytes } from 'node:crypto'
import type { Store } from '@coatcheck/store'
import { defaults } from '../defaults.ts'
import { isStoreOutage } from '../errors.ts'
import { createPartChanges } from './change-part.ts'
import type { LiveSession, PartChange, SessionLookup } from './live-session.ts'
import { createEnds, type EndArguments, type EndAttempt } from './prepare-end.ts'
import {
  formatStoredSession,
  isTombstone,
  parseStoredSession,
  type SessionRecord,
  type SessionSecret,
  type Tombstone,
} from './session-record.ts'
import type { SealedTokenSet } from './token-set.ts'

export type { LiveSession, PartChange, SessionLookup } from './live-session.ts'

/** Session records over the storage port. Every change is a compare-and-set. */
export interface Sessions {
  read(sid: string): Promise<SessionLookup>
  /** Resolves to `false` when the sid is taken, which means a broken source of randomness. */
  create(record: SessionRecord): Promise<boolean>
  /** Replaces the token set unless a newer one or the session's end came first. */
  changeTokens(session: LiveSession, sealed: SealedTokenSet): Promise<PartChange>
  /** Replaces the secrets unless newer ones or the session's end came first. */
  changeSecret(session: LiveSession, secret: Omit<SessionSecret, 'generation'>): Promise<PartChange>
  /**
   * Writes the record's expiry as it is: what stands is safe, replicas included, once that is
   * answered. Resolves to `false` when there is no record any more.
   */
  confirm(session: LiveSession): Promise<boolean>
  /**
   * Moves the idle limit, at most once a minute, and seals the record anew where an older key
   * sealed it; changes nothing else. A store that takes no writes leaves the session as it is: one
   * slide of many is not worth an error.
   */
  slide(session: LiveSession): LiveSession | Promise<LiveSession>
  /**
   * Leaves a tombstone. Resolves to the record that ended, or `undefined` if there was none, or it
   * was to be spared.
   */
  end(...end: EndArguments): ReturnType<EndAttempt>
  /** The same as something that may be tried again when its outcome is unknown. */
  prepareEnd(...end: EndArguments): EndAttempt
}

export interface SessionsOptions {
  readonly store: Store
  readonly now: () => number
  readonly idleSeconds: number
  /** Default `crypto.randomBytes`. */
  readonly randomBytes?: (size: number) => Uint8Array
  /**
   * The same record sealed with the newest key, or `undefined` when it is already. Must change no
   * generation. Default: nothing is ever sealed anew.
   */
  readonly sealAnew?: (record: SessionRecord) => SessionRecord | undefined
}

const tombstoneMs = defaults.tombstoneSeconds * 1000
const keyOf = (sid: string): string => `session:${sid}`

export const createSessions = ({
  store,
  now,
  idleSeconds,
  randomBytes = systemRandomBytes,
  sealAnew = () => undefined,
}: SessionsOptions): Sessions => {
  const idleLimit = (record: SessionRecord) =>
    Math.min(now() + idleSeconds * 1000, record.login.expiresAt)

  // An entry outlives its session by the tombstone's time, so that its end can still be told.
  const entryOf = (record: SessionRecord, idleExpiresAt: number) => ({
    value: formatStoredSession(record),
    expiresAt: idleExpiresAt + tombstoneMs,
  })

  const newMark = () => Buffer.from(randomBytes(12)).toString('base64url')

  const bury = (
    sid: string,
    version: string,
    { reason, mark }: Pick<Tombstone['ended'], 'reason' | 'mark'>,
  ) => {
    const tombstone: Tombstone = { format: 2, sid, ended: { reason, at: now(), mark } }
    const value = formatStoredSession(tombstone)
    return store.swap(keyOf(sid), version, { value, expiresAt: now() + tombstoneMs })
  }

  const touch = (sid: string, idleExpiresAt: number) =>
    store.touch(keyOf(sid), idleExpiresAt + tombstoneMs)

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
    await bury(sid, entry.version, { reason: 'expired', mark: newMark() })
    return { kind: 'ended', reason: 'expired' }
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

  const slideTo = async (session: LiveSession, idleExpiresAt: number): Promise<LiveSession> => {
    const sealedAnew = await trySealAnew(session, idleExpiresAt)
    if (sealedAnew !== undefined) return sealedAnew
    await touch(session.record.sid, idleExpiresAt)
    return { ...session, idleExpiresAt }
  }

  const trySlideTo = async (session: LiveSession, idleExpiresAt: number): Promise<LiveSession> => {
    try {
      return await slideTo(session, idleExpiresAt)
    } catch (failure) {
      if (!isStoreOutage(failure)) throw failure
      return session
    }
  }

  const confirm = ({ record: { sid }, idleExpiresAt }: LiveSession) => touch(sid, idleExpiresAt)

  const changePart = createPartChanges({
    read,
    confirm,
    swap: async ({ record: { sid }, version, idleExpiresAt }, record) => {
      const next = await store.swap(keyOf(sid), version, entryOf(record, idleExpiresAt))
      return next === undefined ? undefined : { record, version: next, idleExpiresAt }
    },
  })

  const prepareEnd = createEnds({
    read,
    getEntry: (sid) => store.get(keyOf(sid)),
    bury,
    confirm: touch,
    newMark,
  })

  return {
    read,
    confirm,
    changeTokens: (session, sealed) => changePart(session, 'tokens', sealed),
    changeSecret: (session, secret) => changePart(session, 'secret', secret),
    create: async (record) =>
      (await store.put(keyOf(record.sid), entryOf(record, idleLimit(record)))) !== undefined,
    slide: (session) => {
      const idleExpiresAt = idleLimit(session.record)
      const gainedMs = idleExpiresAt - session.idleExpiresAt
      const isDue = gainedMs >= defaults.touchIntervalSeconds * 1000
      return isDue ? trySlideTo(session, idleExpiresAt) : session
    },
    prepareEnd,
    end: (...end) => prepareEnd(...end)(),
  }
}
