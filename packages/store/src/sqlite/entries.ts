import { sweepBatchSize, sweepIntervalMs } from '../defaults.ts'
import type { Entry, Value } from '../port.ts'
import { createVersion } from '../versions.ts'
import { prepareRaw, type SqliteDatabase, toBytes, toText } from './database.ts'
import type { Transaction } from './transaction.ts'

interface EntriesOptions {
  readonly database: SqliteDatabase
  readonly transaction: Transaction
  readonly now: () => number
}

/** The port's operations on entries, done when they return. */
export interface Entries {
  readonly get: (key: string) => Entry | undefined
  readonly put: (key: string, next: Value) => string | undefined
  readonly swap: (key: string, version: string, next: Value) => string | undefined
  readonly swapDelete: (key: string, version: string) => boolean
  readonly take: (key: string) => Entry | undefined
  readonly touch: (key: string, expiresAt: number) => boolean
  readonly drop: (key: string) => void
}

const toEntry = (row: unknown): Entry | undefined => {
  if (row === undefined) return undefined
  const [value, version, expiresAt] = row as readonly unknown[]
  return { value: toText(value), version: String(version), expiresAt: Number(expiresAt) }
}

/** In each of these an expired row counts as absent, whoever has or has not swept it. */
const prepareStatements = (database: SqliteDatabase) => ({
  select: prepareRaw(
    database,
    `SELECT value, version, expires_at FROM coatcheck_entries WHERE key = ? AND expires_at > ?`,
  ),
  insert: database.prepare(
    `INSERT INTO coatcheck_entries (key, value, version, expires_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (key) DO UPDATE
     SET value = excluded.value, version = excluded.version, expires_at = excluded.expires_at
     WHERE coatcheck_entries.expires_at <= ?`,
  ),
  update: database.prepare(
    `UPDATE coatcheck_entries SET value = ?, version = ?, expires_at = ?
     WHERE key = ? AND version = ? AND expires_at > ?`,
  ),
  extend: database.prepare(
    `UPDATE coatcheck_entries SET expires_at = ? WHERE key = ? AND expires_at > ?`,
  ),
  deleteVersion: database.prepare(
    `DELETE FROM coatcheck_entries WHERE key = ? AND version = ? AND expires_at > ?`,
  ),
  delete: database.prepare(`DELETE FROM coatcheck_entries WHERE key = ?`),
  sweep: database.prepare(
    `DELETE FROM coatcheck_entries WHERE rowid IN
     (SELECT rowid FROM coatcheck_entries WHERE expires_at <= ? LIMIT ?)`,
  ),
})

/** Entries in a table, one row per key. */
export const createEntries = ({ database, transaction, now }: EntriesOptions): Entries => {
  const statements = prepareStatements(database)
  let sweptAt = now()

  const sweep = (at: number) => {
    if (at - sweptAt < sweepIntervalMs) return
    // A full batch means there is more: the next write goes on where this one stopped.
    if (Number(statements.sweep.run([at, sweepBatchSize]).changes) < sweepBatchSize) sweptAt = at
  }

  /** One change under the write lock; the clock is read after any wait for the lock. */
  const write = <T>(change: (at: number) => T): T =>
    transaction(() => {
      const at = now()
      sweep(at)
      return change(at)
    })

  return {
    get: (key) => toEntry(statements.select.get([toBytes(key), now()])),
    put: (key, { value, expiresAt }) =>
      write((at) => {
        const version = createVersion()
        const row = [toBytes(key), toBytes(value), version, expiresAt, at]
        return Number(statements.insert.run(row).changes) > 0 ? version : undefined
      }),
    swap: (key, version, { value, expiresAt }) =>
      write((at) => {
        const newVersion = createVersion()
        const row = [toBytes(value), newVersion, expiresAt, toBytes(key), version, at]
        return Number(statements.update.run(row).changes) > 0 ? newVersion : undefined
      }),
    swapDelete: (key, version) =>
      write((at) => Number(statements.deleteVersion.run([toBytes(key), version, at]).changes) > 0),
    take: (key) =>
      write((at) => {
        const entry = toEntry(statements.select.get([toBytes(key), at]))
        statements.delete.run([toBytes(key)])
        return entry
      }),
    touch: (key, expiresAt) =>
      write((at) => Number(statements.extend.run([expiresAt, toBytes(key), at]).changes) > 0),
    drop: (key) => {
      write(() => statements.delete.run([toBytes(key)]))
    },
  }
}
