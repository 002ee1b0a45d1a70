import { hasMethod, type NodeRedisClient } from './client.ts'
import { clusterSlot } from './cluster-slot.ts'
import {
  type Command,
  followRedirections,
  type Readiness,
  type RedisDriver,
  type Subscriber,
} from './driver.ts'

type Listener = (message: string, channel: string) => void

interface Listening {
  subscribe(channel: string, listener: Listener): Promise<unknown>
  unsubscribe(channel: string, listener: Listener): Promise<unknown>
}

/** What is used of each kind of client, for their own types depend on the modules loaded. */
interface Single extends Listening {
  readonly isOpen: boolean
  readonly isReady: boolean
  sendCommand(command: Command, options?: { readonly chainId: symbol }): Promise<unknown>
  duplicate(): Single
  connect(): Promise<unknown>
  once(event: 'ready', listener: () => void): unknown
  on(event: 'error', listener: () => void): unknown
  disconnect(): Promise<unknown>
}

interface Cluster extends Listening {
  readonly isOpen: boolean
  readonly slots: readonly { readonly master: unknown }[]
  sendCommand(key: string, isReadonly: false, command: Command): Promise<unknown>
  nodeClient(node: unknown): Single | Promise<Single>
}

interface Sentinel extends Listening {
  readonly isOpen: boolean
  sendCommand(isReadonly: false, command: Command): Promise<unknown>
  multi(): SentinelPipeline
}

interface SentinelPipeline {
  addCommand(isReadonly: false, command: Command): SentinelPipeline
  execAsPipeline(): Promise<readonly unknown[]>
}

type Talking = Omit<RedisDriver, 'openSubscriber'>

interface NodeRedisDriverOptions {
  readonly client: NodeRedisClient
  readonly subscriber: NodeRedisClient | undefined
}

/**
 * A chain is dropped as a whole when its connection is lost: node-redis sends no part of it over
 * the next one.
 */
const runPair = (client: Single, first: Command, second: Command) => {
  const chainId = Symbol('write and wait')
  return Promise.all([
    client.sendCommand(first, { chainId }),
    client.sendCommand(second, { chainId }),
  ])
}

const singleReadiness = ({ isOpen, isReady }: Single): Readiness => {
  if (!isOpen) return 'closed'
  return isReady ? 'ready' : 'pending'
}

const talkToSingle = (client: Single): Talking => ({
  unanswered: () => undefined,
  readiness: () => singleReadiness(client),
  onceReady: (listener) => {
    client.once('ready', listener)
  },
  send: (_key, command) => client.sendCommand(command),
  sendPair: (_key, command, wait) => runPair(client, command, wait),
})

/** A cluster or sentinel client has no state of its own beyond open: its nodes come and go. */
const openOrClosed = (client: { readonly isOpen: boolean }) => ({
  unanswered: () => undefined,
  readiness: (): Readiness => (client.isOpen ? 'ready' : 'closed'),
  onceReady: () => undefined,
})

/** A key that another master than that of `key` holds. */
const keyElsewhere = ({ slots }: Cluster, key: string, start: number): string | undefined => {
  const master = slots[clusterSlot(key)]?.master
  const candidates = Array.from({ length: 64 }, (_, index) => `elsewhere ${start + index}`)
  return candidates.find((candidate) => slots[clusterSlot(candidate)]?.master !== master)
}

/**
 * Makes the client look at the cluster anew. Until version 6 node-redis keeps its commands for a
 * dead master until that master is back, and learns of its successor only by a redirection: asking
 * a node for a key of another is what it takes to be redirected.
 */
const createNudge = (client: Cluster) => {
  let nudging = false
  let start = 0
  return async (key: string) => {
    start += 1
    const other = keyElsewhere(client, key, start)
    if (nudging || other === undefined) return
    nudging = true
    // Ends in an error always: the redirections lead back to the wrong node.
    await client.sendCommand(other, false, ['EXISTS', key]).catch(() => undefined)
    nudging = false
  }
}

const talkToCluster = (client: Cluster): Talking => {
  const nudge = createNudge(client)
  const send = (key: string, command: Command) => client.sendCommand(key, false, command)
  const masterOf = (key: string) => client.nodeClient(client.slots[clusterSlot(key)]?.master)
  return {
    ...openOrClosed(client),
    unanswered: nudge,
    send,
    sendPair: (key, command, wait) =>
      followRedirections(
        async () => runPair(await masterOf(key), command, wait),
        () => send(key, ['EXISTS', key]),
      ),
  }
}

const talkToSentinel = (client: Sentinel): Talking => ({
  ...openOrClosed(client),
  send: (_key, command) => client.sendCommand(false, command),
  sendPair: (_key, command, wait) =>
    client.multi().addCommand(false, command).addCommand(false, wait).execAsPipeline(),
})

const listenThrough = (
  client: Listening,
  onMessage: (channel: string, message: string) => void,
  close: () => void,
): Subscriber => {
  const listener: Listener = (message, channel) => onMessage(channel, message)
  return {
    subscribe: (channel) => client.subscribe(channel, listener),
    unsubscribe: (channel) => client.unsubscribe(channel, listener),
    close,
  }
}

/** A second connection for messages: a subscribed one can do nothing else. */
const openDuplicate = async (client: Single): Promise<Single> => {
  const duplicate = client.duplicate()
  // Its faults show as a rejected subscribe; without a listener Node would end the process.
  duplicate.on('error', () => undefined)
  await duplicate.connect()
  return duplicate
}

/** Speaks through a client of node-redis. */
export const createNodeRedisDriver = (options: NodeRedisDriverOptions): RedisDriver => {
  const client = options.client as unknown as Single & Cluster & Sentinel
  const subscriber = options.subscriber as unknown as Single | undefined
  const isCluster = hasMethod(client, 'nodeClient')
  const isSentinel = hasMethod(client, 'getSentinelNode')

  const talk = () => {
    if (isCluster) return talkToCluster(client)
    return isSentinel ? talkToSentinel(client) : talkToSingle(client)
  }

  return {
    ...talk(),
    openSubscriber: async (onMessage) => {
      const shared = subscriber ?? (isCluster || isSentinel ? client : undefined)
      if (shared !== undefined) return listenThrough(shared, onMessage, () => undefined)
      const own = await openDuplicate(client)
      return listenThrough(own, onMessage, () => {
        own.disconnect().catch(() => undefined)
      })
    },
  }
}
