/** What hangs on a grant: the codes and tokens issued under it, and the login it came from. */
export interface GrantIndex {
  /** An entry was issued under the grant. */
  add(grantId: string, key: string): void
  /** The entry is gone. */
  drop(grantId: string, key: string): void
  /** Keys of everything issued under the grant. */
  keysOf(grantId: string): readonly string[]
  /** The grant dies with this login session. */
  bind(grantId: string, sessionUid: string): void
  /** The login session the grant is bound to. */
  sessionOf(grantId: string): string | undefined
  /** The grant itself is gone. */
  unbind(grantId: string): void
}

export const createGrantIndex = (): GrantIndex => {
  const keys = new Map<string, Set<string>>()
  const sessions = new Map<string, string>()
  return {
    add: (grantId, key) => void keys.set(grantId, (keys.get(grantId) ?? new Set()).add(key)),
    drop: (grantId, key) => {
      const siblings = keys.get(grantId)
      siblings?.delete(key)
      if (siblings?.size === 0) keys.delete(grantId)
    },
    keysOf: (grantId) => [...(keys.get(grantId) ?? [])],
    bind: (grantId, sessionUid) => void sessions.set(grantId, sessionUid),
    sessionOf: (grantId) => sessions.get(grantId),
    unbind: (grantId) => void sessions.delete(grantId),
  }
}
