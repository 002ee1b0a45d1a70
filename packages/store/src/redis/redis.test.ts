import { inspect } from 'node:util'
import { Cluster, Redis } from 'ioredis'
import { createClient, createClientPool } from 'redis'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { StoreError } from '../errors.ts'
import { storeContract } from '../testing/index.ts'
import { type RedisServer, startRedisServer } from '../testing/servers/index.ts'
import { endClient, type Library, libraries } from './clients.fixture.ts'
import { createRedisStore, type RedisClient, type RedisStoreOptions } from './index.ts'
import { startProxy } from './proxy.fixture.ts'
import { canRunRedis } from './redis-suite.fixture.ts'

const inAMinute = () => Date.now() + 60_000
const secret = 'a-secret-nobody-may-see'

const failure = async (work: Promise<unknown>): Promise<StoreError> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(StoreError)
  return error as StoreError
}

const refusal = (options: object): StoreError => {
  try {
    createRedisStore(options as RedisStoreOptions)
  } catch (error) {
    if (error instanceof StoreError) return error
    throw error
  }
  throw new Error('not refused')
}

const usable = () => {
  const client = new Redis({ lazyConnect: true })
  onTestFinished(() => client.disconnect())
  return client
}

const misuses: readonly (readonly [name: string, wrong: () => object, says: string])[] = [
  ['no client', () => ({}), 'Pass a client'],
  ['a URL for a client', () => ({ client: 'redis://127.0.0.1' }), 'Pass a client'],
  ['an empty object for a client', () => ({ client: {} }), 'Pass a client'],
  ['a pool for a client', () => ({ client: createClientPool() }), 'no pool'],
  [
    'a subscriber of another library',
    () => ({ client: usable(), subscriber: createClient() }),
    'subscriber',
  ],
  [
    'a cluster that reads from replicas',
    () => ({ client: new Cluster([{}], { lazyConnect: true, scaleReads: 'slave' }) }),
    'scaleReads',
  ],
  ['a misspelt option', () => ({ client: usable(), waitReplica: 1 }), 'mean "waitReplicas"'],
  ['less than no replica', () => ({ client: usable(), waitReplicas: -1 }), 'waitReplicas'],
  ['no time at all', () => ({ client: usable(), timeoutMs: 0 }), 'timeoutMs'],
  ['a broken prefix', () => ({ client: usable(), prefix: '\ud800' }), 'well-formed'],
]

for (const [name, wrong, says] of misuses) {
  test(`redis: ${name} is refused at start`, () => {
    const error = refusal(wrong())
    expect(error.code).toBe('store_misused')
    expect(error.message).toContain(says)
  })
}

test('redis: a client nobody has connected is told so at once', async () => {
  const error = await failure(createRedisStore({ client: createClient() }).get('a'))
  expect(error.code).toBe('store_unavailable')
  expect(error.message).toContain('connect it first')
})

if (canRunRedis('The store on a Redis server')) {
  let server: RedisServer
  let admin: Redis
  beforeAll(async () => {
    server = await startRedisServer()
    admin = new Redis(server.url)
  })
  afterAll(async () => {
    admin.disconnect()
    await server.dispose()
  })

  const use = (client: RedisClient) => {
    onTestFinished(() => endClient(client))
    return client
  }
  const connect = async (library: Library, port = server.port) => use(await library.connect(port))
  const connectIoredis = () => {
    const client = new Redis(server.url)
    use(client)
    return client
  }
  const open = (client: RedisClient, options: Partial<RedisStoreOptions> = {}) => {
    const store = createRedisStore({ client, ...options })
    onTestFinished(() => store.close())
    return store
  }

  for (const { name, run } of storeContract({
    createStore: ({ now }) => {
      const client = new Redis(server.url, { keyPrefix: 'theirs:', stringNumbers: true })
      const store = createRedisStore({ client, now, prefix: 'ours:{' })
      return { ...store, close: () => store.close().finally(() => client.disconnect()) }
    },
  })) {
    test(`redis by a client with settings of its own: ${name}`, run)
  }

  test('redis: no key is ever without a time to live, a minute past its expiry', async () => {
    const store = open(connectIoredis(), { prefix: 'ttl:' })
    const leftMs = (key: string) => admin.pttl(`ttl:${key}`)
    const version = (await store.put('a', { value: 'x', expiresAt: inAMinute() })) ?? ''
    expect(Math.abs((await leftMs('a')) - 120_000)).toBeLessThan(20_000)
    await store.touch('a', inAMinute() + 60_000)
    expect(Math.abs((await leftMs('a')) - 180_000)).toBeLessThan(20_000)
    await store.swap('a', version, { value: 'y', expiresAt: inAMinute() + 120_000 })
    expect(Math.abs((await leftMs('a')) - 240_000)).toBeLessThan(20_000)
    await store.put('b', { value: 'x', expiresAt: Number.MAX_SAFE_INTEGER })
    expect(await leftMs('b')).toBeGreaterThan(0)
    expect((await store.get('b'))?.expiresAt).toBe(Number.MAX_SAFE_INTEGER)
    await store.put('c', { value: 'x', expiresAt: -5 })
    expect(await admin.exists('ttl:c')).toBe(0)
  })

  test('redis: stores of two prefixes share nothing, neither keys nor channels', async () => {
    const client = connectIoredis()
    const [one, other] = [open(client, { prefix: 'one:' }), open(client, { prefix: 'other:' })]
    await one.put('a', { value: 'mine', expiresAt: inAMinute() })
    expect(await other.get('a')).toBeUndefined()
    const heard: string[] = []
    await other.channel('news').subscribe((message) => heard.push(message))
    await one.channel('news').publish('not for you')
    const done = new Promise<void>((resolve) => {
      other.channel('end').subscribe(() => resolve())
    })
    await other.channel('end').subscribe(() => undefined)
    await other.channel('end').publish('end')
    await done
    expect(heard).toEqual([])
  })

  test('redis: a server that has forgotten the scripts is told them again', async () => {
    const store = open(connectIoredis(), { prefix: 'flush:' })
    const version = (await store.put('a', { value: 'x', expiresAt: inAMinute() })) ?? ''
    await admin.script('FLUSH')
    const next = { value: 'y', expiresAt: inAMinute() }
    expect(await store.swap('a', version, next)).toBeDefined()
    await admin.script('FLUSH')
    expect(await store.touch('a', inAMinute())).toBe(true)
  })

  test('redis: a user with the permissions the reference names can do everything', async () => {
    const commands =
      '+get +getdel +del +set +exists +getrange +setrange +pexpireat +eval +evalsha ' +
      '+publish +subscribe +unsubscribe'
    const rules = `on >pass resetkeys ~acl:* resetchannels &acl:* -@all ${commands}`
    await admin.call('ACL', 'SETUSER', 'app', ...rules.split(' '))
    for (const { name, run } of storeContract({
      createStore: ({ now }) => {
        const identity = { username: 'app', password: 'pass', enableReadyCheck: false }
        const client = new Redis(server.url, identity)
        const store = createRedisStore({ client, now, prefix: 'acl:' })
        return { ...store, close: () => store.close().finally(() => client.disconnect()) }
      },
    })) {
      await run().catch((cause) => {
        throw new Error(name, { cause })
      })
    }
  })

  for (const library of libraries) {
    test(`redis by ${library.name}: a subscriber passed in is used and left open`, async () => {
      const [client, subscriber] = [await connect(library), await connect(library)]
      const store = open(client, { subscriber })
      const before = Number(/connected_clients:(\d+)/.exec(await server.ask('INFO clients'))?.[1])
      const heard = new Promise<string>((resolve) => {
        store.channel('news').subscribe(resolve)
      })
      await store.channel('other').subscribe(() => undefined)
      await store.channel('news').publish('hello')
      expect(await heard).toBe('hello')
      expect(await server.ask('INFO clients')).toContain(`connected_clients:${before}`)
      await store.close()
      expect(await createRedisStore({ client }).get('still connected')).toBeUndefined()
    })

    test(`redis by ${library.name}: nothing of what was sent is in an error`, async () => {
      const store = open(await connect(library), { prefix: 'safe:' })
      await admin.lpush(`safe:${secret}`, secret)
      await admin.set(`safe:foreign ${secret}`, `${secret} of somebody else`)
      const next = { value: secret, expiresAt: inAMinute() }
      for (const call of [
        () => store.get(secret),
        () => store.put(secret, next),
        () => store.swap(secret, secret, next),
        () => store.take(secret),
        () => store.get(`foreign ${secret}`),
        () => store.put(`foreign ${secret}`, next),
      ]) {
        const error = await failure(call())
        expect(error.code).toBe('store_unavailable')
        expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(secret)
      }
    })
  }

  test('redis: a command the server does not know is told without its arguments', async () => {
    const strict = await startRedisServer({ config: ['rename-command EVALSHA ""'] })
    onTestFinished(() => strict.dispose())
    for (const library of libraries) {
      const store = open(await connect(library, strict.port))
      const work = store.put(secret, { value: secret, expiresAt: inAMinute() })
      const error = await failure(work)
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(secret)
      expect((error.cause as Error).message).toContain('unknown command')
    }
  })

  test('redis: a write whose answer was lost and that was sent again is one write', async () => {
    const proxy = await startProxy(server.port)
    onTestFinished(() => proxy.close())
    const client = new Redis({ host: '127.0.0.1', port: proxy.port })
    use(client)
    const store = open(client, { prefix: 'lost:' })
    await store.put('warm up', { value: 'x', expiresAt: inAMinute() })
    await store.swap('warm up', '', { value: 'x', expiresAt: inAMinute() })
    proxy.loseAnswer(/^:1/)
    const first = await store.put('a', { value: 'one', expiresAt: inAMinute() })
    expect(await store.get('a')).toMatchObject({ value: 'one', version: first })
    proxy.loseAnswer(/^:1/)
    const second = await store.swap('a', first ?? '', { value: 'two', expiresAt: inAMinute() })
    expect(second).toBeDefined()
    expect(await store.get('a')).toMatchObject({ value: 'two', version: second })
  })
}
