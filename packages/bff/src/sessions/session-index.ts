import type { Entry, Store } from '@coatcheck/store'
import { defaults } from '../defaults.ts'
import { hashSecret } from './hash-secret.ts'
import type { LoginFacts, SessionRecord } from './session-record.ts'

/** Finds sessions by whose they are. Hints only: the session record decides. */
export interface SessionIndex {
  /**
   * Enters a session; to be called before the record is there, so that no logout overlooks it. No
   * other leaves for it: one that was not listed but alive would survive every logout.
   */
  add(record: IndexedSession): Promise<void>
  /** Sids that have to give way in the lists of that session, which are full: end, then remove them. */
  beyondLimit(record: IndexedSession): Promise<readonly string[]>
  /** Takes out a session that has ended. */
  remove(record: IndexedSession): Promise<void>
  /** Sids of the sessions of one user, ended ones possibly among them. */
  bySubject(owner: Owner): Promise<readonly string[]>
  /** Sids of the sessions that began in one session at the provider. */
  byProviderSid(origin: ProviderSession): Promise<readonly string[]>
}

/** What of a record the index needs. */
export type IndexedSession = Pick<SessionRecord, 'sid' | 'login'>

/** A user: `sub` is unique per issuer only (OpenID Connect Core, section 2). */
export type Owner = Pick<LoginFacts, 'issuer' | 'subject'>

/** A session at the provider (OpenID Connect Back-Channel Logout, section 2.1). */
export interface ProviderSession {
  readonly issuer: string
  readonly providerSid: string
}

interface Hint {
  readonly sid: string
  /** The session's absolute limit, epoch milliseconds. */
  readonly expiresAt: number
}

export interface SessionIndexOptions {
  readonly store: Store
  readonly now: () => number
}

/** Hashed: keys show up in tools and logs, and a subject may be an e-mail address. */
const keyOf = (kind: 'subject' | 'provider-sid', issuer: string, value: string): string =>
  `${kind}:${hashSecret(JSON.stringify([issuer, value]))}`

const subjectKey = ({ issuer, subject }: Owner) => keyOf('subject', issuer, subject)

const providerKey = ({ issuer, providerSid }: ProviderSession) =>
  keyOf('provider-sid', issuer, providerSid)

const keysOf = ({ login }: IndexedSession): readonly string[] => {
  const { issuer, providerSid } = login
  return [
    subjectKey(login),
    ...(providerSid === undefined ? [] : [providerKey({ issuer, providerSid })]),
  ]
}

export const createSessionIndex = ({ store, now }: SessionIndexOptions): SessionIndex => {
  const swapIn = async (key: string, entry: Entry | undefined, hints: readonly Hint[]) => {
    const expiresAt = Math.max(...hints.map((hint) => hint.expiresAt))
    const next = { value: JSON.stringify(hints), expiresAt }
    if (entry === undefined) return (await store.put(key, next)) !== undefined
    if (hints.length === 0) return store.swapDelete(key, entry.version)
    return (await store.swap(key, entry.version, next)) !== undefined
  }

  const readAlive = async (key: string) => {
    const entry = await store.get(key)
    const hints = entry === undefined ? [] : (JSON.parse(entry.value) as readonly Hint[])
    return { entry, hints: hints.filter(({ expiresAt }) => expiresAt > now()) }
  }

  const enter = async (key: string, hint: Hint): Promise<void> => {
    for (;;) {
      const { entry, hints } = await readAlive(key)
      const all = [...hints.filter(({ sid }) => sid !== hint.sid), hint]
      if (await swapIn(key, entry, all)) return
    }
  }

  const leave = async (key: string, sid: string): Promise<void> => {
    for (;;) {
      const { entry, hints } = await readAlive(key)
      const others = hints.filter((hint) => hint.sid !== sid)
      const isListed = others.length < hints.length
      if (entry === undefined || !isListed || (await swapIn(key, entry, others))) return
    }
  }

  const sidsOf = async (key: string) => (await readAlive(key)).hints.map(({ sid }) => sid)

  return {
    add: async (session) => {
      const { sid, login } = session
      const hint = { sid, expiresAt: login.expiresAt }
      await Promise.all(keysOf(session).map((key) => enter(key, hint)))
    },
    beyondLimit: async (session) => {
      const lists = await Promise.all(keysOf(session).map(sidsOf))
      return [...new Set(lists.flatMap((sids) => sids.slice(0, -defaults.indexedSessions)))]
    },
    remove: async (session) => {
      await Promise.all(keysOf(session).map((key) => leave(key, session.sid)))
    },
    bySubject: (owner) => sidsOf(subjectKey(owner)),
    byProviderSid: (origin) => sidsOf(providerKey(origin)),
  }
}
