import type { SqliteDatabase } from './database.ts'
import { unlessLocked } from './locked.ts'

/**
 * Runs a piece of work alone in the database: all of it happens, or nothing. Throws `Locked`, with
 * nothing begun, while somebody else writes.
 */
export type Transaction = <T>(work: () => T) => T

/**
 * Transactions that take the write lock before they look at anything, so that nothing they have
 * read can be out of date when they write, the clock included. SQLite refuses a transaction that
 * read first and finds, when it writes, that another process has written since.
 */
export const createTransaction = (database: SqliteDatabase): Transaction => {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const rollback = database.prepare('ROLLBACK')

  return (work) => {
    unlessLocked(() => begin.run([]))
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
