/** What of a client a batch needs. */
export interface BatchClient {
  /** Reads one key; `null` when it holds nothing. */
  readonly get: (key: string) => Promise<unknown>
  /** Reads several with one command; `null` for each that holds no text. */
  readonly getTogether: (keys: readonly string[]) => Promise<unknown>
  /** Rejects when what is sent for that key, among others, is not answered in time. */
  readonly inTime: <T>(key: string, send: () => Promise<T>) => Promise<T>
}

interface Waiting {
  readonly key: string
  readonly resolve: (reply: unknown) => void
  readonly reject: (fault: unknown) => void
}

/** An access list that was written before reads left together, or that names GET alone. */
const isForbidden = (fault: unknown) => fault instanceof Error && fault.message.startsWith('NOPERM')

/**
 * Lets the reads of one turn of the event loop leave as one command, for a write to the connection,
 * and a command of its own, cost more than all else a read needs. Whatever has no plain reply is
 * read once more, alone: what was lost with its connection, as the client would have done by itself;
 * what the server refused, so that a fault is told to the read it concerns; and what seems to be
 * nothing, for of several the server says so also where one alone would be refused. They have one
 * deadline together, and whoever is read once more has another.
 */
export const createBatchedReads = ({
  get,
  getTogether,
  inTime,
}: BatchClient): ((key: string) => Promise<unknown>) => {
  let waiting: Waiting[] = []
  let mayGoTogether = true

  const getAlone = ({ key, resolve, reject }: Waiting) => {
    inTime(key, () => get(key)).then(resolve, reject)
  }

  /** Resolves to no replies at all where the server or the connection has failed. */
  const tryTogether = (keys: readonly string[]) =>
    getTogether(keys).catch((fault: unknown) => {
      if (isForbidden(fault)) mayGoTogether = false
    })

  const settle = (batch: readonly Waiting[], replies: unknown) => {
    for (const [index, read] of batch.entries()) {
      const reply: unknown = Array.isArray(replies) ? replies[index] : undefined
      if (typeof reply === 'string') read.resolve(reply)
      else getAlone(read)
    }
  }

  const flush = () => {
    const batch = waiting
    waiting = []
    const keys = batch.map(({ key }) => key)
    const [first = ''] = keys
    if (keys.length === 1 || !mayGoTogether) {
      batch.forEach(getAlone)
      return
    }
    inTime(first, () => tryTogether(keys)).then(
      (replies) => settle(batch, replies),
      (fault: unknown) => {
        for (const { reject } of batch) reject(fault)
      },
    )
  }

  return (key) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(flush)
      waiting.push({ key, resolve, reject })
    })
}
