import { mappedBytes, pageSizeBytes } from '../defaults.ts'
import { StoreError } from '../errors.ts'
import { firstColumn, prepareRaw, type SqliteDatabase } from './database.ts'

/** How sure a write must be before it is acknowledged. */
export type Synchronous = 'normal' | 'full'

const tables = `
  CREATE TABLE IF NOT EXISTS coatcheck_entries (
    key BLOB NOT NULL,
    value BLOB NOT NULL,
    version TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  );
  CREATE UNIQUE INDEX IF NOT EXISTS coatcheck_entries_key ON coatcheck_entries (key);
  CREATE INDEX IF NOT EXISTS coatcheck_entries_expiry ON coatcheck_entries (expires_at);
  CREATE TABLE IF NOT EXISTS coatcheck_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel BLOB NOT NULL,
    message BLOB NOT NULL,
    published_at INTEGER NOT NULL
  );
  CREATE INDEX IF NOT EXISTS coatcheck_messages_age ON coatcheck_messages (published_at);
`

/** Readers and one writer at a time, in several processes: that is what the write-ahead log is. */
const useWriteAheadLog = (database: SqliteDatabase) => {
  database.exec('PRAGMA journal_mode = WAL')
  const mode = firstColumn(prepareRaw(database, 'PRAGMA journal_mode'))
  if (mode === 'wal' || mode === 'memory') return
  throw new StoreError(
    'store_unavailable',
    'SQLite cannot keep a write-ahead log here; network file systems, for one, cannot carry it.',
  )
}

/** Brings a connection and its file into the shape the store needs; may be repeated. */
export const prepareSchema = (database: SqliteDatabase, synchronous: Synchronous): void => {
  // While the driver waits for a lock the whole process stands still.
  database.exec('PRAGMA busy_timeout = 0')
  // Takes effect only in a file that is still empty, and only before the write-ahead log.
  database.exec(`PRAGMA page_size = ${pageSizeBytes}`)
  useWriteAheadLog(database)
  database.exec(`PRAGMA synchronous = ${synchronous}`)
  database.exec(`PRAGMA mmap_size = ${mappedBytes}`)
  database.exec(tables)
}
