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

const patience = { timeout: 90_000 }
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
    'redis sentinel: with waitReplicas nothing acknowledged is lost with the master',
    patience,
    async () => {
      const set = await startRedisSentinelSet()
      onTestFinished(() => set.dispose())
      const writers = await Promise.all(
        libraries.map(async ({ name, connect }) => {
          const client = await connect(set)
          onTestFinished(() => endClient(client))
          const options = { client, prefix: `${name}:`, timeoutMs: 1_000 }
          const store = createRedisStore({ ...options, waitReplicas: 1 })
          return { name, store, writing: writeOn(store) }
        }),
      )
      for (const { writing } of writers) {
        await expect
          .poll(() => writing.acknowledged.length, { timeout: 10_000 })
          .toBeGreaterThan(200)
      }
      await set.master.kill()
      await Promise.all(writers.map(({ writing }) => writing.stop()))
      for (const { name, store, writing } of writers) {
        for (const key of writing.acknowledged) {
          expect((await readOnceBack(store, key))?.value, `${name} ${key}`).toBe(key)
        }
      }
      // The old master comes back as a replica, and with it there is one to confirm again.
      await set.master.restart()
      for (const { name, store } of writers) {
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
