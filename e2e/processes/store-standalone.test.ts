import { type RedisServer, startRedisServer } from '@coatcheck/store/testing/servers'
import { type TestContext, test } from 'vitest'
import { startFaultSystem } from './support/fault-system.ts'
import { badOnes, catchInFlight, renewAll, startLoad, tally } from './support/load.ts'
import { openStandalone } from './support/redis-stores.ts'
import { storesAtHand } from './support/stores.ts'

const outageMs = 10_000
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface Fault {
  readonly begin: (server: RedisServer) => Promise<void> | void
  readonly end: (server: RedisServer) => Promise<void> | void
}

const expectNoLogout = async (context: TestContext, { begin, end }: Fault) => {
  const { expect, onTestFinished } = context
  const server = await startRedisServer({ config: ['appendonly yes', 'appendfsync always'] })
  onTestFinished(() => server.dispose())
  const stores = await openStandalone(context, server.url)
  const system = await startFaultSystem({ stores, sessions: 40 })
  onTestFinished(() => system.close())
  const { idp, sessions } = system
  const [renewed, expired, caught] = [
    sessions.slice(0, 15),
    sessions.slice(15, 30),
    sessions.slice(30),
  ]
  system.expireTokens()
  expect(tally(await renewAll(system, renewed))).toEqual({ good: renewed.length })
  const load = startLoad(system, { renewed, expired: expired.slice(0, 5) })
  await pause(1_000)

  const inFlight = await catchInFlight(system, caught)
  await begin(server)
  const beganAt = performance.now()
  await pause(outageMs)
  const endedAt = performance.now()
  await end(server)

  const after = await renewAll(system, sessions)
  expect(tally(after)).toEqual({ good: sessions.length })
  const seen = [...(await load.stop()), ...(await Promise.all(inFlight))]
  expect(badOnes(seen)).toEqual([])
  const meanwhile = seen.filter(
    ({ askedAt, answeredAt }) => askedAt > beganAt && answeredAt < endedAt,
  )
  expect(meanwhile.length).toBeGreaterThan(40)
  expect(new Set(meanwhile.map(({ code }) => code))).toEqual(new Set(['store_unavailable']))
  // The store is given two seconds for an answer, and a renewal ten in all.
  const asked = seen.filter(({ askedAt }) => askedAt > beganAt)
  expect(Math.max(...asked.map(({ askedAt, answeredAt }) => answeredAt - askedAt))).toBeLessThan(
    15_000,
  )
  expect(
    Math.max(...meanwhile.map(({ askedAt, answeredAt }) => answeredAt - askedAt)),
  ).toBeLessThan(6_000)
  // Every refresh token that was issued is the one in use.
  system.expireTokens()
  expect(tally(await renewAll(system, sessions))).toEqual({ good: sessions.length })
  expect(idp.counts()['token:authorization_code']).toBe(0)
}

if (storesAtHand('store-standalone').includes('redis')) {
  // Each waits for ten seconds, so they wait together.
  test.concurrent('B52 redis: a server that hangs for ten seconds logs nobody out, whoever was just being renewed', (context) =>
    expectNoLogout(context, {
      begin: (server) => server.freeze(),
      end: (server) => server.thaw(),
    }))

  test.concurrent('B52 redis: a server that is down for ten seconds logs nobody out, whoever was just being renewed', (context) =>
    expectNoLogout(context, {
      begin: (server) => server.kill('SIGTERM'),
      end: (server) => server.restart(),
    }))
}
