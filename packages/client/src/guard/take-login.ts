/**
 * Counts one more login and answers whether it is one of the few allowed within the time. The
 * instants are kept in the tab's session storage, where they outlive the way to the provider and
 * back. Without storage nothing is counted: failed logins still stop a guard, because they come
 * back with their reason.
 */
export const takeLogin = (key: string, maximum: number, withinMs: number, at: number): boolean => {
  let recent: readonly number[] = []
  try {
    // A clock that was set back must not lock anybody out.
    recent = (JSON.parse(`${sessionStorage.getItem(key)}`) as readonly number[]).filter(
      (then) => then <= at && at - then < withinMs,
    )
  } catch {
    // Nothing there, nothing that can be read, or no storage.
  }
  if (recent.length >= maximum) return false
  try {
    sessionStorage.setItem(key, JSON.stringify([...recent, at]))
  } catch {
    // Refused or full.
  }
  return true
}
