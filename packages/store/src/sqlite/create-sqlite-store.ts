import { checkExpiry, checkKey, checkText, checkValue } from '../checks.ts'
import { busyTimeoutMs, pollIntervalMs as defaultPollIntervalMs } from '../defaults.ts'
import { StoreError } from '../errors.ts'
import { checkKnown, checkWhole } from '../options.ts'
import type { Channel, Store } from '../port.ts'
import type { SqliteDatabase } from './database.ts'
import { createEntries } from './entries.ts'
import { createLane, type Lane } from './lane.ts'
import { Locked, unlessLocked } from './locked.ts'
import { createMessages } from './messages.ts'
import { openDatabase } from './open-database.ts'
import { prepareSchema, type Synchronous } from './schema.ts'
import { createTransaction } from './transaction.ts'
import { untilUnlocked } from './until-unlocked.ts'

interface CommonOptions {
  /** Clock in epoch milliseconds; decides what is expired. Default `Date.now`. */
  readonly now?: () => number
  /**
   * How long a call waits while another process has the file locked before it rejects with
   * `store_unavailable`, in milliseconds. Everything else goes on meanwhile, reads of the store
   * included; only {@link createSqliteStore} itself stands still, while a new file is locked.
   * Default 5000.
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
         * a transaction of yours left open would make its calls fail, and its `busy_timeout` is
         * set to 0. `close` leaves it open.
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
const toStoreError = (error: unknown): StoreError => {
  if (error instanceof StoreError) return error
  const cause = error instanceof Locked ? error.cause : error
  return new StoreError('store_unavailable', 'SQLite could not read or write.', { cause })
}

const attempt = <T>(work: () => T): T => {
  try {
    return work()
  } catch (error) {
    throw toStoreError(error)
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
  const database = options.database ?? openDatabase(options.path)
  const prepare = () => {
    prepareSchema(database, synchronous)
    const transaction = createTransaction(database)
    const entries = createEntries({ database, transaction, now })
    const messages = createMessages({ database, transaction, now, pollIntervalMs })
    return { entries, messages }
  }
  const { entries, messages } = attempt(() => {
    try {
      return untilUnlocked(prepare, { timeoutMs })
    } catch (error) {
      if (options.database === undefined) database.close()
      throw error
    }
  })
  // Two lanes: a reader is not held up by whoever has the write lock.
  const [reads, writes] = [createLane({ timeoutMs }), createLane({ timeoutMs })]
  let closed = false

  const checked = async <T>(lane: Lane, key: string, work: () => T): Promise<T> => {
    if (closed) throw new StoreError('store_closed', 'The store was closed; create a new one.')
    checkKey(key)
    try {
      return await lane.run(work)
    } catch (error) {
      throw toStoreError(error)
    }
  }
  const read = <T>(key: string, work: () => T) => checked(reads, key, () => unlessLocked(work))
  const write = <T>(key: string, work: () => T) => checked(writes, key, work)

  const channel = (name: string): Channel => ({
    publish: async (message) => {
      checkText(message)
      return write(name, () => messages.publish(name, message))
    },
    subscribe: async (listener) => read(name, () => messages.subscribe(name, listener)),
  })

  return {
    get: async (key) => read(key, () => entries.get(key)),
    put: async (key, next) => {
      checkValue(next)
      return write(key, () => entries.put(key, next))
    },
    swap: async (key, version, next) => {
      checkValue(next)
      return write(key, () => entries.swap(key, version, next))
    },
    swapDelete: async (key, version) => write(key, () => entries.swapDelete(key, version)),
    take: async (key) => write(key, () => entries.take(key)),
    touch: async (key, expiresAt) => {
      checkExpiry(expiresAt)
      return write(key, () => entries.touch(key, expiresAt))
    },
    drop: async (key) => write(key, () => entries.drop(key)),
    channel,
    close: async () => {
      if (closed) return
      closed = true
      const reason = 'The store was closed while the call waited; nothing was done.'
      for (const lane of [reads, writes]) lane.close(new StoreError('store_closed', reason))
      messages.clear()
      if (options.database === undefined) attempt(() => database.close())
    },
  }
}
