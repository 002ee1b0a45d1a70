import { checkExpiry, checkKey, checkText, checkValue } from '../checks.ts'
import { busyTimeoutMs, pollIntervalMs as defaultPollIntervalMs } from '../defaults.ts'
import { StoreError } from '../errors.ts'
import { checkKnown, checkWhole } from '../options.ts'
import type { Channel, Store } from '../port.ts'
import type { SqliteDatabase } from './database.ts'
import { createEntries } from './entries.ts'
import { createMessages } from './messages.ts'
import { openDatabase } from './open-database.ts'
import { prepareSchema, type Synchronous } from './schema.ts'
import { createTransaction } from './transaction.ts'

interface CommonOptions {
  /** Clock in epoch milliseconds; decides what is expired. Default `Date.now`. */
  readonly now?: () => number
  /**
   * How long a call waits for another process's write before it rejects with `store_unavailable`, in
   * milliseconds. SQLite waits inside the call, so the process stands still meanwhile. Default 5000.
   */
  readonly timeoutMs?: number
  /** How often messages of other processes are looked for, in milliseconds. Default 50. */
  readonly pollIntervalMs?: number
  /**
   * `normal`: an acknowledged write outlives the process, killed or crashed; a power cut may cost
   * the last ones, never the file. `full`: it outlives the power cut as well, at a disk flush per
   * write. Default `normal`.
   */
  readonly synchronous?: Synchronous
}

/** Options of {@link createSqliteStore}: a path, or a database of your own. */
export type SqliteStoreOptions = CommonOptions &
  (
    | {
        /**
         * The database file, opened with `libsql` (an optional peer). Its directory must exist and
         * be on a local disk; a file that does not exist is made with permissions 0600.
         * `:memory:` keeps everything in this process.
         */
        readonly path: string
        readonly database?: never
      }
    | {
        /**
         * An open database of better-sqlite3 or `libsql`. Give the store a connection of its own:
         * a transaction of yours left open would make its calls fail. `close` leaves it open.
         */
        readonly database: SqliteDatabase
        readonly path?: never
      }
  )

const known = ['path', 'database', 'now', 'timeoutMs', 'pollIntervalMs', 'synchronous']

const resolveOptions = (options: SqliteStoreOptions) => {
  checkKnown(options, known)
  const {
    now = Date.now,
    timeoutMs = busyTimeoutMs,
    pollIntervalMs = defaultPollIntervalMs,
    synchronous = 'normal',
  } = options
  checkWhole('timeoutMs', timeoutMs, 0)
  checkWhole('pollIntervalMs', pollIntervalMs, 1)
  if (synchronous !== 'normal' && synchronous !== 'full') {
    throw new StoreError('store_misused', '"synchronous" is "normal" or "full".')
  }
  if ((options.path === undefined) === (options.database === undefined)) {
    throw new StoreError('store_misused', 'Pass either "path" or "database".')
  }
  return { now, timeoutMs, pollIntervalMs, synchronous }
}

/** Every error of the driver means that the store cannot do its work now. */
const attempt = <T>(work: () => T): T => {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof StoreError) throw cause
    throw new StoreError('store_unavailable', 'SQLite could not read or write.', { cause })
  }
}

/**
 * A store in a SQLite file, for any number of processes on one machine. What it has acknowledged
 * outlives every one of them. Throws `StoreError` when the file cannot be opened.
 *
 * ```ts
 * const store = createSqliteStore({ path: '/var/lib/app/sessions.sqlite' })
 * ```
 */
export const createSqliteStore = (options: SqliteStoreOptions): Store => {
  const { now, timeoutMs, pollIntervalMs, synchronous } = resolveOptions(options)
  const database = options.database ?? openDatabase(options.path, timeoutMs)
  const { entries, messages } = attempt(() => {
    prepareSchema({ database, timeoutMs, synchronous })
    const transaction = createTransaction(database)
    return {
      entries: createEntries({ database, transaction, now }),
      messages: createMessages({ database, transaction, now, pollIntervalMs }),
    }
  })
  let closed = false

  const checked = <T>(key: string, work: () => T): T => {
    if (closed) throw new StoreError('store_closed', 'The store was closed; create a new one.')
    checkKey(key)
    return attempt(work)
  }

  const channel = (name: string): Channel => ({
    publish: async (message) => {
      checkText(message)
      checked(name, () => messages.publish(name, message))
    },
    subscribe: async (listener) => checked(name, () => messages.subscribe(name, listener)),
  })

  return {
    get: async (key) => checked(key, () => entries.get(key)),
    put: async (key, next) => {
      checkValue(next)
      return checked(key, () => entries.put(key, next))
    },
    swap: async (key, version, next) => {
      checkValue(next)
      return checked(key, () => entries.swap(key, version, next))
    },
    swapDelete: async (key, version) => checked(key, () => entries.swapDelete(key, version)),
    take: async (key) => checked(key, () => entries.take(key)),
    touch: async (key, expiresAt) => {
      checkExpiry(expiresAt)
      return checked(key, () => entries.touch(key, expiresAt))
    },
    drop: async (key) => checked(key, () => entries.drop(key)),
    channel,
    close: async () => {
      if (closed) return
      closed = true
      messages.clear()
      if (options.database === undefined) attempt(() => database.close())
    },
  }
}
