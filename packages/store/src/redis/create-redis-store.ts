import { checkExpiry, checkKey, checkText, checkValue } from '../checks.ts'
import { redisClockSlackMs, redisPrefix, redisTimeoutMs } from '../defaults.ts'
import { StoreError } from '../errors.ts'
import { checkKnown, checkWhole } from '../options.ts'
import type { Channel, Store, Value } from '../port.ts'
import { createVersion } from '../versions.ts'
import { createChannels } from './channels.ts'
import type { RedisClient } from './client.ts'
import { createCommands } from './commands.ts'
import { createDriver } from './create-driver.ts'
import { parseRecord, toExpiry } from './record.ts'
import { publishScript, putScript, swapDeleteScript, swapScript, touchScript } from './scripts.ts'

/** Options of {@link createRedisStore}. */
export interface RedisStoreOptions {
  /**
   * Your client of Redis 6.2 or later: ioredis 5 or 6 (`Redis`, `Cluster`) or node-redis 4, 5 or 6
   * (`createClient`, `createCluster`, `createSentinel`). A node-redis client must be connected by
   * you. The store never closes it.
   */
  readonly client: RedisClient
  /**
   * A connected client of the same library for messages alone. Default: on first use the store
   * doubles `client`, or lets a cluster or node-redis sentinel client do both.
   */
  readonly subscriber?: RedisClient
  /**
   * Put before every key and channel name. Default `coatcheck:`. Channels ignore database numbers:
   * stores in two databases of one server need two prefixes.
   */
  readonly prefix?: string
  /**
   * How many replicas must confirm a change before it is acknowledged; with fewer, the call rejects
   * with `store_unavailable`, and the change may still stand. That there is no entry is likewise
   * believed only of a master that has as many. Default 0: what the master acknowledged but no
   * replica has received is lost when the master is.
   */
  readonly waitReplicas?: number
  /**
   * How long a command may take, in milliseconds; then the call rejects with `store_unavailable`.
   * Replicas get a quarter of it to confirm. Default 2000.
   */
  readonly timeoutMs?: number
  /**
   * Clock in epoch milliseconds; decides what is expired, so the processes' clocks must agree. Redis
   * removes an entry a minute after its expiry, which a server clock may be ahead by. Default
   * `Date.now`.
   */
  readonly now?: () => number
}

const known = ['client', 'subscriber', 'prefix', 'waitReplicas', 'timeoutMs', 'now']

const resolveOptions = (options: RedisStoreOptions) => {
  checkKnown(options, known)
  const {
    client,
    subscriber,
    prefix = redisPrefix,
    waitReplicas = 0,
    timeoutMs = redisTimeoutMs,
    now = Date.now,
  } = options
  checkWhole('waitReplicas', waitReplicas, 0)
  checkWhole('timeoutMs', timeoutMs, 1)
  checkText(prefix)
  return { driver: createDriver({ client, subscriber }), prefix, waitReplicas, timeoutMs, now }
}

/**
 * A store in Redis 6.2 or later, standalone, behind Sentinel or in a Cluster, through your own
 * client. Which faults cost what is in the reference; in short, a change is as safe as the replicas
 * and the append-only file make it. Throws `StoreError` when an option cannot be used.
 *
 * ```ts
 * const store = createRedisStore({ client: new Redis('redis://127.0.0.1') })
 * ```
 */
export const createRedisStore = (options: RedisStoreOptions): Store => {
  const { driver, prefix, waitReplicas, timeoutMs, now } = resolveOptions(options)
  const commands = createCommands({ driver, timeoutMs, waitReplicas })
  const channels = createChannels({ driver, timeoutMs })
  let closed = false

  /** The full name of a key or channel, after the checks every method owes. */
  const named = (name: string): string => {
    if (closed) throw new StoreError('store_closed', 'The store was closed; create a new one.')
    checkKey(name)
    return `${prefix}${name}`
  }

  const expiry = (expiresAt: number) => [
    String(now()),
    toExpiry(expiresAt),
    String(expiresAt + redisClockSlackMs),
  ]

  const written = (next: Value) => {
    const version = createVersion()
    return { version, values: [...expiry(next.expiresAt), version, next.value] }
  }

  const channel = (name: string): Channel => ({
    publish: async (message) => {
      checkText(message)
      const full = named(name)
      await commands.announce(full, publishScript, [full, message])
    },
    subscribe: async (listener) => channels.subscribe(named(name), listener),
  })

  return {
    get: async (key) => {
      const full = named(key)
      return parseRecord(await commands.read(full), now())
    },
    put: async (key, next) => {
      checkValue(next)
      const { version, values } = written(next)
      const reply = await commands.runScript(named(key), putScript, values)
      return Number(reply) === 1 ? version : undefined
    },
    swap: async (key, version, next) => {
      checkValue(next)
      const { version: newVersion, values } = written(next)
      const reply = await commands.runScript(named(key), swapScript, [...values, version])
      return Number(reply) === 1 ? newVersion : undefined
    },
    swapDelete: async (key, version) => {
      const reply = await commands.runScript(named(key), swapDeleteScript, [String(now()), version])
      return Number(reply) === 1
    },
    take: async (key) =>
      parseRecord(await commands.write(named(key), ['GETDEL', named(key)]), now()),
    touch: async (key, expiresAt) => {
      checkExpiry(expiresAt)
      const reply = await commands.runScript(named(key), touchScript, expiry(expiresAt))
      return Number(reply) === 1
    },
    drop: async (key) => {
      await commands.write(named(key), ['DEL', named(key)])
    },
    channel,
    close: async () => {
      closed = true
      channels.close()
    },
  }
}
