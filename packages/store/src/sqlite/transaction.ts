import type { SqliteDatabase } from './database.ts'

/** Runs a piece of work alone in the database: all of it happens, or nothing. */
export type Transaction = <T>(work: () => T) => T

/**
 * Transactions that take the write lock before they look at anything, so that nothing they have
 * read can be out of date when they write, the clock included.
 */
export const createTransaction = (database: SqliteDatabase): Transaction => {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const rollback = database.prepare('ROLLBACK')

  return (work) => {
    begin.run([])
    try {
      const result = work()
      commit.run([])
      return result
    } catch (error) {
      try {
        rollback.run([])
      } catch {
        // After a full disk or a read error SQLite has rolled back by itself.
      }
      throw error
    }
  }
}
