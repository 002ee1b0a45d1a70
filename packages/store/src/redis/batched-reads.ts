import type { Command } from './driver.ts'

/** What of a client a batch needs. */
export interface BatchClient {
  /** Sends one command. */
  readonly send: (command: Command) => Promise<unknown>
  /** Sends several in one write; one fault or reply each. */
  readonly sendTogether: (
    commands: readonly Command[],
  ) => Promise<readonly (readonly [fault: Error | null, reply: unknown])[]>
}

interface Waiting {
  readonly command: Command
  readonly resolve: (reply: unknown) => void
  readonly reject: (fault: unknown) => void
}

/** The server's own words; every other fault is one of the connection. */
const isReply = (fault: Error) => fault.name === 'ReplyError'

/**
 * Lets the reads of one turn of the event loop leave together, for a write to the connection costs
 * more than all else a read needs. For commands that change nothing: one that was lost with its
 * connection is sent once more, alone, as the client would have done by itself.
 */
export const createBatchedReads = ({
  send,
  sendTogether,
}: BatchClient): ((command: Command) => Promise<unknown>) => {
  let waiting: Waiting[] = []

  const settle = ({ command, resolve, reject }: Waiting, fault: Error | null, reply: unknown) => {
    if (fault === null) resolve(reply)
    else if (isReply(fault)) reject(fault)
    else send(command).then(resolve, reject)
  }

  const sendBatch = async (batch: readonly Waiting[]) => {
    const replies = await sendTogether(batch.map(({ command }) => command))
    for (const [index, read] of batch.entries()) {
      const [fault, reply] = replies[index] ?? [new Error('No reply.'), undefined]
      settle(read, fault, reply)
    }
  }

  const flush = () => {
    const batch = waiting
    waiting = []
    const [first] = batch
    if (batch.length === 1 && first !== undefined) {
      send(first.command).then(first.resolve, first.reject)
      return
    }
    sendBatch(batch).catch((fault: unknown) => {
      for (const { reject } of batch) reject(fault)
    })
  }

  return (command) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(flush)
      waiting.push({ command, resolve, reject })
    })
}
