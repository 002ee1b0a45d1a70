import { messageBatchSize, messageRetentionMs, sweepBatchSize } from '../defaults.ts'
import type { Unsubscribe } from '../port.ts'
import { firstColumn, prepareRaw, type SqliteDatabase, toBytes, toText } from './database.ts'
import type { Transaction } from './transaction.ts'

interface MessagesOptions {
  readonly database: SqliteDatabase
  readonly transaction: Transaction
  readonly now: () => number
  readonly pollIntervalMs: number
}

/** Publish and subscribe over a table that every process reads. */
export interface Messages {
  readonly publish: (channel: string, message: string) => void
  readonly subscribe: (channel: string, listener: (message: string) => void) => Unsubscribe
  /** Silences every listener, messages already under way included. */
  readonly clear: () => void
}

interface Ear {
  readonly channel: string
  /** The newest message when this ear began to listen; it hears only later ones. */
  readonly after: number
  readonly listener: (message: string) => void
}

/** Rows are numbered in the order of their commits, for writers take turns: that is the order. */
const prepareStatements = (database: SqliteDatabase) => ({
  insert: database.prepare(
    `INSERT INTO coatcheck_messages (channel, message, published_at) VALUES (?, ?, ?)`,
  ),
  prune: database.prepare(
    `DELETE FROM coatcheck_messages WHERE id IN
     (SELECT id FROM coatcheck_messages WHERE published_at <= ? LIMIT ?)`,
  ),
  newest: prepareRaw(database, `SELECT seq FROM sqlite_sequence WHERE name = 'coatcheck_messages'`),
  later: prepareRaw(
    database,
    `SELECT id, channel, message FROM coatcheck_messages WHERE id > ? ORDER BY id LIMIT ?`,
  ),
  // Changes when another connection has committed, and is far cheaper than asking what.
  dataVersion: prepareRaw(database, 'PRAGMA data_version'),
})

/** Messages in a table, pruned as they age. */
export const createMessages = (options: MessagesOptions): Messages => {
  const { database, transaction, now, pollIntervalMs } = options
  const statements = prepareStatements(database)
  const ears = new Set<Ear>()
  let timer: ReturnType<typeof setInterval> | undefined
  let seenDataVersion: unknown
  let delivered = 0

  const newest = () => Number(firstColumn(statements.newest) ?? 0)

  const hear = (id: number, channel: string, message: string) => {
    for (const ear of ears) {
      if (ear.channel !== channel || ear.after >= id) continue
      // Later and apart, so that one listener's throw does not cost the others their message.
      queueMicrotask(() => ears.has(ear) && ear.listener(message))
    }
  }

  /** Hands out what is new; afterwards `delivered` is the newest message of the table. */
  const deliver = () => {
    for (;;) {
      const rows = statements.later.all([delivered, messageBatchSize])
      for (const row of rows) {
        const [id, channel, message] = row as readonly unknown[]
        delivered = Number(id)
        hear(delivered, toText(channel), toText(message))
      }
      if (rows.length < messageBatchSize) return
    }
  }

  const poll = () => {
    try {
      const dataVersion = firstColumn(statements.dataVersion)
      if (dataVersion === seenDataVersion) return
      deliver()
      seenDataVersion = dataVersion
    } catch {
      // The next look starts at the same message; who reads or writes meanwhile learns the cause.
    }
  }

  /** The data version does not change for one's own commits. */
  const deliverOwn = () => {
    if (ears.size === 0) return
    try {
      deliver()
    } catch {
      // It is published all the same, and will be found by the next look.
      seenDataVersion = undefined
    }
  }

  const stopWhenUnheard = () => {
    if (ears.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    publish: (channel, message) => {
      transaction(() => {
        const at = now()
        statements.prune.run([at - messageRetentionMs, sweepBatchSize])
        statements.insert.run([toBytes(channel), toBytes(message), at])
      })
      deliverOwn()
    },
    subscribe: (channel, listener) => {
      const ear = { channel, after: newest(), listener }
      if (ears.size === 0) delivered = ear.after
      ears.add(ear)
      timer ??= setInterval(poll, pollIntervalMs).unref()
      return async () => {
        ears.delete(ear)
        stopWhenUnheard()
      }
    },
    clear: () => {
      ears.clear()
      stopWhenUnheard()
    },
  }
}
