import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { StoreError } from '../errors.ts'
import type { Store } from '../port.ts'
import { type RedisServer, startRedisReplica, startRedisServer } from '../testing/servers/index.ts'
import { endClient, libraries } from './clients.fixture.ts'
import { createRedisStore, type RedisStoreOptions } from './index.ts'
import { canRunRedis } from './redis-suite.fixture.ts'

const patience = { timeout: 180_000 }
const timeoutMs = 1_500

/** Runs the calls and returns what each was rejected with, and how long all took together. */
const failures = async (calls: readonly (() => Promise<unknown>)[]) => {
  const startedAt = performance.now()
  const results = await Promise.allSettled(calls.map((call) => call()))
  const codes = results.map((result) =>
    result.status === 'rejected' && result.reason instanceof StoreError
      ? result.reason.code
      : result.status,
  )
  return { codes, tookMs: performance.now() - startedAt }
}

const everyCall = (store: Store): readonly (() => Promise<unknown>)[] => {
  const next = { value: 'x', expiresAt: Date.now() + 60_000 }
  return [
    () => store.get('a'),
    () => store.put('b', next),
    () => store.swap('a', '1', next),
    () => store.swapDelete('a', '1'),
    () => store.take('b'),
    () => store.touch('a', next.expiresAt),
    () => store.drop('b'),
    () => store.channel('news').publish('x'),
  ]
}

const unavailable = Array.from({ length: 8 }, () => 'store_unavailable')

/** Asks until the store answers again. */
const recovery = async (store: Store) => {
  for (;;) {
    try {
      return await store.get('a')
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

if (canRunRedis('The store through outages of Redis')) {
  const start = async (config: readonly string[] = []): Promise<RedisServer> => {
    const server = await startRedisServer({ config })
    onTestFinished(() => server.dispose())
    return server
  }

  let master: RedisServer
  let replica: RedisServer
  beforeAll(async () => {
    master = await startRedisServer()
    replica = await startRedisReplica(master)
  }, 30_000)
  afterAll(async () => {
    await replica.dispose()
    await master.dispose()
  })

  for (const library of libraries) {
    const open = async (server: RedisServer, options: Partial<RedisStoreOptions> = {}) => {
      const client = await library.connect(server.port)
      const store = createRedisStore({ client, timeoutMs, ...options })
      onTestFinished(async () => {
        await store.close()
        endClient(client)
      })
      return store
    }

    test(
      `redis by ${library.name}: J62 a server that is down rejects every call, and the entries are there when it is back`,
      patience,
      async () => {
        const server = await start(['appendonly yes', 'appendfsync always'])
        const store = await open(server)
        const version = await store.put('a', { value: 'kept', expiresAt: Date.now() + 60_000 })
        await server.kill()
        const first = await failures(everyCall(store))
        expect(first.codes).toEqual(unavailable)
        expect(first.tookMs).toBeLessThan(timeoutMs + 15_000)
        const later = await failures(everyCall(store))
        expect(later.codes).toEqual(unavailable)
        await server.restart()
        expect(await recovery(store)).toMatchObject({ value: 'kept', version })
      },
    )

    test(
      `redis by ${library.name}: a server that hangs rejects every call in time`,
      patience,
      async () => {
        const server = await start()
        const store = await open(server)
        await store.put('a', { value: 'kept', expiresAt: Date.now() + 60_000 })
        server.freeze()
        const { codes, tookMs } = await failures([
          ...everyCall(store),
          () => store.channel('new').subscribe(() => undefined),
        ])
        expect(codes).toEqual([...unavailable, 'store_unavailable'])
        expect(tookMs).toBeLessThan(timeoutMs + 15_000)
        server.thaw()
        expect(await recovery(store)).toBeDefined()
      },
    )

    test(
      `redis by ${library.name}: a listener hears again after the server was away`,
      patience,
      async () => {
        const server = await start()
        const store = await open(server)
        const heard: string[] = []
        let wake: () => void = () => undefined
        await store.channel('news').subscribe((message) => {
          heard.push(message)
          wake()
        })
        await server.kill()
        await server.restart()
        await recovery(store)
        const again = new Promise<void>((resolve) => {
          wake = resolve
        })
        const publishing = setInterval(() => {
          store
            .channel('news')
            .publish('back')
            .catch(() => undefined)
        }, 50)
        onTestFinished(() => clearInterval(publishing))
        await again
        expect(heard[0]).toBe('back')
      },
    )

    test(
      `redis by ${library.name}: with waitReplicas a change that no replica confirms is not acknowledged`,
      patience,
      async () => {
        const store = await open(master, {
          waitReplicas: 1,
          timeoutMs: 2_000,
          prefix: `${library.name}:`,
        })
        const next = { value: 'x', expiresAt: Date.now() + 60_000 }
        const current = (await store.put('a', next)) ?? ''
        replica.freeze()
        const { codes } = await failures([() => store.swap('a', current, next)])
        expect(codes).toEqual(['store_unavailable'])
        // What changes nothing needs no replica, and what is there is read.
        expect(await store.swap('a', 'not the version', next)).toBeUndefined()
        expect(await store.get('a')).toMatchObject({ value: 'x' })
        // That there is nothing might be the word of a master that came back empty.
        expect((await failures([() => store.get('missing')])).codes).toEqual(['store_unavailable'])
        replica.thaw()
        await expect.poll(() => store.touch('a', next.expiresAt).catch(() => false)).toBe(true)
        expect(await store.get('missing')).toBeUndefined()
      },
    )
  }
}
