import { afterAll, beforeAll, test } from 'vitest'
import { createAlternatingStore } from '../testing/alternating-store.fixture.ts'
import { storeContract } from '../testing/index.ts'
import { type RedisServer, startRedisServer } from '../testing/servers/index.ts'
import { endClient, libraries } from './clients.fixture.ts'
import { createRedisStore, type RedisClient } from './index.ts'
import { canRunRedis } from './redis-suite.fixture.ts'

if (canRunRedis('The store contract on Redis')) {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedisServer()
  })
  afterAll(() => server.dispose())

  for (const { name: library, connect } of libraries) {
    // Two clients take turns, so that what holds within one connection alone would show.
    let clients: readonly [RedisClient, RedisClient]
    beforeAll(async () => {
      clients = [await connect(server.port), await connect(server.port)]
    })
    afterAll(() => clients.forEach(endClient))

    const contract = storeContract({
      createStore: ({ now }) =>
        createAlternatingStore([
          createRedisStore({ client: clients[0], now }),
          createRedisStore({ client: clients[1], now }),
        ]),
    })
    for (const { name, run } of contract) test(`redis by ${library}: ${name}`, run)
  }
}
