import { StoreError } from '../errors.ts'
import type { IoredisClient } from './client.ts'
import { type Command, followRedirections, type Readiness, type RedisDriver } from './driver.ts'

interface Pipeline {
  call(...command: Command): Pipeline
  exec(): Promise<readonly (readonly [error: Error | null, reply: unknown])[] | null>
}

/** What is used of ioredis, for its own types are overloaded for every command. */
interface Ioredis {
  readonly status: string
  readonly isCluster: boolean
  readonly options: { readonly scaleReads?: unknown }
  call(...command: Command): Promise<unknown>
  pipeline(): Pipeline
  duplicate(options: object): Ioredis
  subscribe(channel: string): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
  once(event: 'ready', listener: () => void): unknown
  on(event: 'message', listener: (channel: string, message: string) => void): unknown
  on(event: 'error', listener: () => void): unknown
  off(event: 'message', listener: (channel: string, message: string) => void): unknown
  disconnect(): void
}

interface IoredisDriverOptions {
  readonly client: IoredisClient
  readonly subscriber: IoredisClient | undefined
}

/** `wait` is a client that connects on its first command: as good as ready. */
const readinessOf = (status: string): Readiness => {
  if (status === 'ready' || status === 'wait') return 'ready'
  return status === 'end' ? 'closed' : 'pending'
}

const checkReads = ({ options }: Ioredis) => {
  const { scaleReads = 'master' } = options
  if (scaleReads === 'master') return
  throw new StoreError(
    'store_misused',
    'The store must read what it has written: pass a Cluster whose scaleReads is "master".',
  )
}

const runPair = async (client: Ioredis, first: Command, second: Command) => {
  const replies = await client
    .pipeline()
    .call(...first)
    .call(...second)
    .exec()
  return (replies ?? []).map(([error, reply]) => {
    if (error !== null) throw error
    return reply
  })
}

/** A connection for messages alone. A cluster client keeps one already; any other is doubled. */
const createListener = (client: Ioredis): Ioredis => {
  if (client.isCluster) return client
  const listener = client.duplicate({ enableOfflineQueue: true, autoResubscribe: true })
  // Its faults show as a rejected subscribe; without a listener ioredis would print them.
  listener.on('error', () => undefined)
  return listener
}

/** Speaks through a client of ioredis. */
export const createIoredisDriver = (options: IoredisDriverOptions): RedisDriver => {
  const client = options.client as unknown as Ioredis
  const subscriber = options.subscriber as unknown as Ioredis | undefined
  checkReads(client)

  const send = (command: Command) => client.call(...command)
  const getTogether = (keys: readonly string[]) => send(['MGET', ...keys])

  return {
    readiness: () => readinessOf(client.status),
    onceReady: (listener) => {
      client.once('ready', listener)
    },
    send: (_key, command) => send(command),
    // The keys of one command to a cluster must all live in one place; here they may not.
    ...(!client.isCluster && { getTogether }),
    sendPair: (key, command, wait) =>
      followRedirections(
        () => runPair(client, command, wait),
        () => send(['exists', key]),
      ),
    unanswered: () => undefined,
    openSubscriber: async (onMessage) => {
      const listener = subscriber ?? createListener(client)
      listener.on('message', onMessage)
      return {
        subscribe: (channel) => listener.subscribe(channel),
        unsubscribe: (channel) => listener.unsubscribe(channel),
        close: () => {
          listener.off('message', onMessage)
          if (listener !== subscriber && listener !== client) listener.disconnect()
        },
      }
    },
  }
}
