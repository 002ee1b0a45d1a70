import type { Adapter, AdapterPayload } from 'oidc-provider'
import { sweepIntervalMs } from './defaults.ts'
import { createGrantIndex } from './grant-index.ts'

/** What {@link createStorage} needs. */
export interface StorageOptions {
  /** Clock in epoch milliseconds. Default `Date.now`, which oidc-provider reads as well. */
  readonly now?: () => number
  /** The error for a code or refresh token that is used a second time. */
  readonly reused: () => Error
}

/** Which grants `revokeGrants` ends; without a member it ends all. */
export interface GrantFilter {
  /** Only this person's. */
  readonly sub?: string
  /** Only this client's. */
  readonly clientId?: string
}

/** The provider's memory. Nothing that is still alive is ever evicted. */
export interface Storage {
  adapter(model: string): Adapter
  /** The grant dies with this login session. */
  bindGrant(grantId: string, sessionUid: string): void
  /** Ends grants with every code and token issued under them; resolves to how many. */
  revokeGrants(filter: GrantFilter): number
  /** Login sessions of one person. */
  sessionsOf(sub: string): readonly AdapterPayload[]
  /** Ends a login session; the grants bound to it are dead from now on. */
  endSession(uid: string): void
  /** Entries held, dead ones included that were not swept yet. */
  size(): number
}

interface Entry {
  readonly payload: AdapterPayload
  readonly expiresAt: number
}

/** These may be used once; the provider checks that too, but not in one step with the marking. */
const singleUse: ReadonlySet<string> = new Set(['AuthorizationCode', 'RefreshToken'])

const keyOf = (model: string, id: string) => `${model}:${id}`

const isDead = ({ expiresAt }: Entry, at: number) => expiresAt <= at

export const createStorage = ({ now = Date.now, reused }: StorageOptions): Storage => {
  const entries = new Map<string, Entry>()
  const grants = createGrantIndex()
  const sessionKeys = new Map<string, string>()
  // Apart from the entries: a session that changes its id is absent from them for a moment.
  const sessionEndsAt = new Map<string, number>()
  let sweptAt = now()

  const remove = (key: string) => {
    const { kind, jti = '', uid = '', grantId = '' } = entries.get(key)?.payload ?? {}
    entries.delete(key)
    grants.drop(grantId, key)
    if (kind === 'Grant') grants.unbind(jti)
    if (sessionKeys.get(uid) === key) sessionKeys.delete(uid)
  }

  const sweep = () => {
    if (now() - sweptAt < sweepIntervalMs) return
    sweptAt = now()
    for (const [key, entry] of entries) if (isDead(entry, sweptAt)) remove(key)
    for (const [uid, endsAt] of sessionEndsAt) if (endsAt <= sweptAt) sessionEndsAt.delete(uid)
  }

  const live = (key: string): Entry | undefined => {
    const entry = entries.get(key)
    if (entry === undefined || !isDead(entry, now())) return entry
    remove(key)
    return undefined
  }

  const revokeTokens = (grantId: string) => {
    for (const key of grants.keysOf(grantId)) remove(key)
  }

  const revokeGrant = (grantId: string) => {
    revokeTokens(grantId)
    remove(keyOf('Grant', grantId))
  }

  const write = (key: string, payload: AdapterPayload, expiresAt: number) => {
    sweep()
    entries.set(key, { payload: structuredClone(payload), expiresAt })
    const { kind, uid = '', grantId } = payload
    if (grantId !== undefined && kind !== 'Interaction') grants.add(grantId, key)
    if (kind !== 'Session') return
    sessionKeys.set(uid, key)
    sessionEndsAt.set(uid, expiresAt)
  }

  const read = (key: string): AdapterPayload | undefined => {
    const payload = live(key)?.payload
    const session = payload?.kind === 'Grant' ? grants.sessionOf(payload.jti ?? '') : undefined
    if (session !== undefined && (sessionEndsAt.get(session) ?? 0) <= now()) return undefined
    return structuredClone(payload)
  }

  const consume = (model: string, key: string) => {
    const entry = live(key)
    if (singleUse.has(model) && (entry === undefined || entry.payload.consumed)) {
      if (entry?.payload.grantId !== undefined) revokeGrant(entry.payload.grantId)
      throw reused()
    }
    if (entry === undefined) return
    const consumed = Math.floor(now() / 1000)
    entries.set(key, { ...entry, payload: { ...entry.payload, consumed } })
  }

  const adapter = (model: string): Adapter => ({
    upsert: async (id, payload, expiresIn) => {
      const ttlMs = expiresIn === undefined ? Number.POSITIVE_INFINITY : expiresIn * 1000
      write(keyOf(model, id), payload, now() + ttlMs)
    },
    find: async (id) => read(keyOf(model, id)),
    findByUid: async (uid) => read(sessionKeys.get(uid) ?? ''),
    findByUserCode: async () => undefined,
    consume: async (id) => consume(model, keyOf(model, id)),
    destroy: async (id) => {
      // A login page the user comes Back to must still work, so it stays until it expires.
      if (model !== 'Interaction') remove(keyOf(model, id))
    },
    revokeByGrantId: async (grantId) => revokeTokens(grantId),
  })

  const payloadsOf = (model: string): readonly AdapterPayload[] =>
    [...entries.keys()]
      .filter((key) => key.startsWith(`${model}:`))
      .flatMap((key): readonly AdapterPayload[] => {
        const payload = read(key)
        return payload === undefined ? [] : [payload]
      })

  return {
    adapter,
    bindGrant: grants.bind,
    revokeGrants: ({ sub, clientId }) => {
      const found = payloadsOf('Grant')
        .filter(({ accountId }) => sub === undefined || accountId === sub)
        .filter((grant) => clientId === undefined || grant.clientId === clientId)
      for (const { jti = '' } of found) revokeGrant(jti)
      return found.length
    },
    sessionsOf: (sub) => payloadsOf('Session').filter(({ accountId }) => accountId === sub),
    endSession: (uid) => {
      sessionEndsAt.delete(uid)
      remove(sessionKeys.get(uid) ?? '')
    },
    size: () => entries.size,
  }
}
