/** Somebody else has the database locked: nothing was done, and it may be tried again. */
export class Locked extends Error {
  constructor(cause: unknown) {
    super('The database is locked.', { cause })
    this.name = 'Locked'
  }
}

/** better-sqlite3 says which kind of busy (`SQLITE_BUSY_RECOVERY`), `libsql` does not always. */
const isBusy = (error: unknown): boolean =>
  String((error as { readonly code?: unknown } | null)?.code).startsWith('SQLITE_BUSY')

/** Runs a step that may be repeated as a whole; throws {@link Locked} if it is to be. */
export const unlessLocked = <T>(step: () => T): T => {
  try {
    return step()
  } catch (error) {
    throw isBusy(error) ? new Locked(error) : error
  }
}
