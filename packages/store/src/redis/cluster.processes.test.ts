import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { StoreError } from '../errors.ts'
import type { Store } from '../port.ts'
import { createAlternatingStore } from '../testing/alternating-store.fixture.ts'
import { storeContract } from '../testing/index.ts'
import { type RedisCluster, type RedisServer, startRedisCluster } from '../testing/servers/index.ts'
import { endClient, type Library, libraries } from './clients.fixture.ts'
import { clusterSlot } from './cluster-slot.ts'
import { createRedisStore, type RedisClient } from './index.ts'
import { canRunRedis } from './redis-suite.fixture.ts'

const patience = { timeout: 180_000 }
const next = () => ({ value: 'x', expiresAt: Date.now() + 600_000 })
const keys = Array.from({ length: 60 }, (_, index) => `key ${index}`)

/** Writes every key until the store takes it; counts how often it did not. */
const writeAll = async (store: Store): Promise<number> => {
  let refused = 0
  for (const key of keys) {
    for (;;) {
      try {
        const entry = await store.get(key)
        if (entry === undefined) await store.put(key, next())
        else await store.swap(key, entry.version, next())
        break
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== 'store_unavailable') throw error
        refused += 1
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
  }
  return refused
}

const ports = ({ masters }: RedisCluster) => masters.map(({ port }) => port)

/**
 * Gives an empty slot of the second master to the third; returns a key of that slot. The third has
 * the highest epoch, so that nobody disputes it.
 */
const moveSlot = async ({ masters }: RedisCluster, prefix: string): Promise<string> => {
  const [, from, to] = masters as readonly [RedisServer, RedisServer, RedisServer]
  const id = await to.ask('CLUSTER MYID')
  for (let index = 0; ; index += 1) {
    const key = `moved ${index}`
    const slot = clusterSlot(`${prefix}${key}`)
    if (Math.floor((slot * masters.length) / 16_384) !== 1) continue
    if ((await from.ask(`CLUSTER COUNTKEYSINSLOT ${slot}`)) !== '0') continue
    await to.ask(`CLUSTER SETSLOT ${slot} NODE ${id}`)
    await from.ask(`CLUSTER SETSLOT ${slot} NODE ${id}`)
    return key
  }
}

/** Reads until the store answers. */
const readOnceBack = async (store: Store, key: string) => {
  for (;;) {
    try {
      return await store.get(key)
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

if (canRunRedis('The store on a Redis Cluster')) {
  let cluster: RedisCluster
  beforeAll(async () => {
    cluster = await startRedisCluster()
  }, 60_000)
  afterAll(() => cluster.dispose())

  for (const { name: library, connectCluster } of libraries) {
    let clients: readonly [RedisClient, RedisClient]
    beforeAll(async () => {
      clients = [await connectCluster(ports(cluster)), await connectCluster(ports(cluster))]
    })
    afterAll(() => clients.forEach(endClient))

    const contract = storeContract({
      createStore: ({ now }) =>
        createAlternatingStore([
          createRedisStore({ client: clients[0], now }),
          createRedisStore({ client: clients[1], now }),
        ]),
    })
    for (const { name, run } of contract) test(`redis cluster by ${library}: ${name}`, run)
  }

  test('redis cluster: a key is in the slot the servers say', async () => {
    const texts = [
      '',
      'a',
      '123456789',
      '{user}:1',
      'a{}b',
      'a{b}c{d}',
      '{a',
      '}a{',
      '{{a}}',
      '🧥{ä}',
    ]
    for (const text of texts.filter((key) => key !== '')) {
      const answer = await cluster.masters[0]?.ask(`CLUSTER KEYSLOT "${text}"`)
      expect(clusterSlot(text), text).toBe(Number(answer))
    }
  })

  test(
    'redis cluster: with waitReplicas slots may move and a master may die',
    patience,
    async () => {
      const doubled = await startRedisCluster({ replicas: 1 })
      onTestFinished(() => doubled.dispose())
      const open = async (library: Library) => {
        const client = await library.connectCluster(ports(doubled))
        onTestFinished(() => endClient(client))
        const options = { client, prefix: `${library.name}:`, waitReplicas: 1, timeoutMs: 5_000 }
        return [library.name, createRedisStore(options)] as const
      }
      const stores = await Promise.all(libraries.map(open))
      for (const [name, store] of stores) {
        expect(await writeAll(store), name).toBe(0)
        await moveSlot(doubled, `${name}:moved`)
        expect(await store.put('moved', next()), name).toBeDefined()
      }
      await doubled.masters[0]?.kill()
      const readAll = async ([name, store]: readonly [string, Store]) => {
        for (const key of keys) {
          expect(await readOnceBack(store, key), `${name} ${key}`).toBeDefined()
        }
      }
      await Promise.all(stores.map(readAll))
      // It comes back as the replica of its own replica, which may then take writes again.
      await doubled.masters[0]?.restart()
      await Promise.all(stores.map(([, store]) => writeAll(store)))
    },
  )
}
