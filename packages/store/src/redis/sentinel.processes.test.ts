import { Redis as Redis5 } from 'ioredis'
import { Redis as Redis6 } from 'ioredis-6'
import { createSentinel as createSentinel5 } from 'redis'
import { createSentinel as createSentinel6 } from 'redis-6'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Store } from '../port.ts'
import { storeContract } from '../testing/index.ts'
import { type RedisSentinelSet, startRedisSentinelSet } from '../testing/servers/index.ts'
import { endClient } from './clients.fixture.ts'
import { createRedisStore, type RedisClient } from './index.ts'
import { canRunRedis } from './redis-suite.fixture.ts'

const patience = { timeout: 240_000 }
const ignore = () => undefined

interface SentinelLibrary {
  readonly name: string
  readonly connect: (set: RedisSentinelSet) => Promise<RedisClient>
}

const rootNodes = ({ sentinels }: RedisSentinelSet) =>
  sentinels.map(({ port }) => ({ host: '127.0.0.1', port }))

/** Without a socket timeout a frozen master keeps its connections, and with them its clients. */
const socketTimeout = 1_000

const libraries: readonly SentinelLibrary[] = [
  {
    name: 'ioredis 5',
    connect: async (set) =>
      new Redis5({ name: set.name, sentinels: rootNodes(set), socketTimeout }).on('error', ignore),
  },
  {
    name: 'ioredis 6',
    connect: async (set) =>
      new Redis6({ name: set.name, sentinels: rootNodes(set), socketTimeout }).on('error', ignore),
  },
  {
    name: 'node-redis 5',
    connect: (set) =>
      createSentinel5({ name: set.name, sentinelRootNodes: rootNodes(set) })
        .on('error', ignore)
        .connect(),
  },
  {
    name: 'node-redis 6',
    connect: (set) =>
      createSentinel6({ name: set.name, sentinelRootNodes: rootNodes(set) })
        .on('error', ignore)
        .connect(),
  },
]

/** Writes one key after the other, as fast as it can, until told to stop. */
const writeOn = (store: Store) => {
  const acknowledged: string[] = []
  let stopped = false
  const expiresAt = Date.now() + 600_000
  const running = (async () => {
    for (let index = 0; !stopped; index += 1) {
      const key = `key ${index}`
      const version = await store.put(key, { value: key, expiresAt }).catch(ignore)
      if (version === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
      else acknowledged.push(key)
    }
  })()
  const stop = () => {
    stopped = true
    return running
  }
  return { acknowledged, stop }
}

const readOnceBack = async (store: Store, key: string) => {
  for (;;) {
    try {
      return await store.get(key)
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

/** The keys that are not there, asking each until the store answers. */
const missing = async (store: Store, keys: readonly string[]) => {
  const gone: string[] = []
  for (const key of keys) {
    if ((await readOnceBack(store, key)) === undefined) gone.push(key)
  }
  return gone
}

if (canRunRedis('The store behind Redis Sentinel')) {
  let shared: RedisSentinelSet
  beforeAll(async () => {
    shared = await startRedisSentinelSet()
  }, 60_000)
  afterAll(() => shared.dispose())

  for (const { name: library, connect } of libraries) {
    let client: RedisClient
    beforeAll(async () => {
      client = await connect(shared)
    })
    afterAll(() => endClient(client))
    const contract = storeContract({
      createStore: ({ now }) => createRedisStore({ client, now, waitReplicas: 1 }),
    })
    for (const { name, run } of contract) test(`redis sentinel by ${library}: ${name}`, run)
  }

  test(
    'redis sentinel: what one replica confirmed outlives the master, and what none did is lost',
    patience,
    async () => {
      const set = await startRedisSentinelSet()
      onTestFinished(() => set.dispose())
      const open = async ({ name, connect }: SentinelLibrary, waitReplicas: 0 | 1) => {
        const client = await connect(set)
        onTestFinished(() => endClient(client))
        const prefix = `${name} ${waitReplicas}:`
        const store = createRedisStore({ client, prefix, waitReplicas, timeoutMs: 1_000 })
        return { name: prefix, store, writing: writeOn(store) }
      }
      const careful = await Promise.all(libraries.map((library) => open(library, 1)))
      const careless = await Promise.all(libraries.map((library) => open(library, 0)))
      const all = [...careful, ...careless]
      const haveWritten = (writers: typeof all, count: number) =>
        expect
          .poll(() => Math.min(...writers.map(({ writing }) => writing.acknowledged.length)), {
            timeout: 20_000,
          })
          .toBeGreaterThan(count)

      await haveWritten(all, 50)
      // From here on the replica receives nothing, and cannot come back for more.
      set.replica.freeze()
      await set.master.ask('CLIENT KILL TYPE replica')
      const before = Math.max(...careless.map(({ writing }) => writing.acknowledged.length))
      await haveWritten(careless, before + 50)
      await set.master.kill()
      set.replica.thaw()
      await Promise.all(all.map(({ writing }) => writing.stop()))

      for (const { name, store, writing } of careful) {
        expect(await missing(store, writing.acknowledged), name).toEqual([])
      }
      for (const { name, store, writing } of careless) {
        expect(await missing(store, writing.acknowledged), name).not.toEqual([])
      }
      // The old master comes back as a replica, and with it there is one to confirm again.
      await set.master.restart()
      for (const { name, store } of careful) {
        await expect
          .poll(() => store.touch('key 0', Date.now() + 60_000).catch(ignore), {
            timeout: 30_000,
            message: name,
          })
          .toBe(true)
      }
    },
  )
}
