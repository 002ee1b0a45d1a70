import { missingReplicasWaitMs } from '../defaults.ts'
import { StoreError } from '../errors.ts'
import { createBatchedReads } from './batched-reads.ts'
import { createGate, withDeadline } from './deadline.ts'
import type { Command, RedisDriver } from './driver.ts'
import { toStoreError } from './fault.ts'
import type { Script } from './scripts.ts'

interface CommandsOptions {
  readonly driver: RedisDriver
  readonly timeoutMs: number
  readonly waitReplicas: number
}

/** Commands that are answered, or rejected with `StoreError` in good time. */
export interface Commands {
  /**
   * With replicas to wait for, nothing found counts only from a server that has them: a master that
   * was replaced, or came back empty, may have a client for seconds before either of them knows.
   */
  readonly read: (key: string) => Promise<unknown>
  /** Waits for the replicas as well, if the reply shows that something was changed. */
  readonly write: (key: string, command: Command) => Promise<unknown>
  readonly runScript: (key: string, script: Script, values: Command) => Promise<unknown>
  /** A script that changes no key, so that there is nothing for a replica to confirm. */
  readonly announce: (key: string, script: Script, values: Command) => Promise<unknown>
}

const isUnknownScript = (error: unknown) =>
  error instanceof Error && error.message.startsWith('NOSCRIPT')

/** `0`, and no entry, are the replies of a command that found nothing to change. */
const hasChanged = (reply: unknown) => reply !== null && reply !== undefined && Number(reply) !== 0

type Send = (key: string, command: Command) => Promise<unknown>

/** Sends the digest of a script; the script itself only to a server that does not know it. */
const sendScript = async (send: Send, key: string, script: Script, values: Command) => {
  try {
    return await send(key, ['EVALSHA', script.digest, '1', key, ...values])
  } catch (error) {
    if (!isUnknownScript(error)) throw error
    return send(key, ['EVAL', script.source, '1', key, ...values])
  }
}

const refuse = (fault: unknown) => Promise.reject(toStoreError(fault))

/** Commands over a driver. */
export const createCommands = ({ driver, timeoutMs, waitReplicas }: CommandsOptions): Commands => {
  const gate = createGate(driver, timeoutMs)
  let replicasAreThere = true

  /** `WAIT` holds up all that the connection has to do, so missing replicas are given little time. */
  const waitCommand = () => {
    const patienceMs = replicasAreThere ? Math.ceil(timeoutMs / 4) : missingReplicasWaitMs
    return ['WAIT', String(waitReplicas), String(patienceMs)]
  }

  const sendPair = async (key: string, command: Command) => {
    const [reply, reached] = await driver.sendPair(key, command, waitCommand())
    const confirmed = Number(reached)
    replicasAreThere = confirmed >= waitReplicas
    return { reply, confirmed }
  }

  const sendAndWait: Send = async (key, command) => {
    const { reply, confirmed } = await sendPair(key, command)
    if (!hasChanged(reply) || confirmed >= waitReplicas) return reply
    const message = `${confirmed} of ${waitReplicas} replicas confirmed a write in time.`
    throw new StoreError('store_unavailable', message)
  }

  const inTime = <T>(key: string, send: () => Promise<T>): Promise<T> =>
    withDeadline(send(), timeoutMs, () => driver.unanswered(key))

  const get = (key: string) => driver.send(key, ['GET', key])
  const { getTogether } = driver
  const find: (key: string) => Promise<unknown> =
    getTogether === undefined
      ? (key) => inTime(key, () => get(key))
      : createBatchedReads({ get, getTogether, inTime })

  const findSurely = async (key: string) => {
    const found = await find(key)
    if (found !== null && found !== undefined) return found
    const { reply, confirmed } = await inTime(key, () => sendPair(key, ['GET', key]))
    if ((reply !== null && reply !== undefined) || confirmed >= waitReplicas) return reply
    const message = `Nothing was found, on a server with ${confirmed} of ${waitReplicas} replicas.`
    throw new StoreError('store_unavailable', message)
  }

  const change = waitReplicas === 0 ? driver.send : sendAndWait
  const read = waitReplicas === 0 ? find : findSurely

  /** While the client is connected, a command costs no promise but its own. */
  const afterGate = (send: () => Promise<unknown>): Promise<unknown> => {
    try {
      const opening = gate()
      return opening === undefined ? send() : opening.then(send).catch(refuse)
    } catch (fault) {
      return refuse(fault)
    }
  }

  const answered = (key: string, send: () => Promise<unknown>): Promise<unknown> =>
    afterGate(() => inTime(key, send))

  return {
    read: (key) => afterGate(() => read(key)),
    write: (key, command) => answered(key, () => change(key, command)),
    runScript: (key, script, values) =>
      answered(key, () => sendScript(change, key, script, values)),
    announce: (key, script, values) =>
      answered(key, () => sendScript(driver.send, key, script, values)),
  }
}
