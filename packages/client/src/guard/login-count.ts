/** Counts logins across navigations. */
export interface LoginCount {
  /** Counts one more; false when that would be too many within the time. */
  readonly take: () => boolean
}

/**
 * Keeps the instants of the last logins in the tab's session storage, where they outlive the way
 * to the provider and back. Without storage nothing is counted: failed logins still stop a guard,
 * because they come back with their reason.
 */
export const createLoginCount = (
  key: string,
  maximumLogins: number,
  withinSeconds: number,
  now: () => number,
): LoginCount => {
  const read = (): readonly number[] => {
    try {
      const instants: unknown = JSON.parse(sessionStorage.getItem(key) ?? '[]')
      return Array.isArray(instants) ? instants.filter(Number.isFinite) : []
    } catch {
      return []
    }
  }
  return {
    take: () => {
      const at = now()
      // A clock that was set back must not lock anybody out.
      const recent = read().filter((then) => then <= at && at - then < withinSeconds * 1000)
      if (recent.length >= maximumLogins) return false
      try {
        sessionStorage.setItem(key, JSON.stringify([...recent, at]))
      } catch {
        // Refused or full.
      }
      return true
    },
  }
}
