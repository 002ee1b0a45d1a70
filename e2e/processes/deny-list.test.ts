import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createDenyList, createSigner, generateKey, type SigningKey } from '@coatcheck/jwt'
import { createRedisStore } from '@coatcheck/store/redis'
import {
  findRedisServer,
  type RedisServer,
  startRedisServer,
} from '@coatcheck/store/testing/servers'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ApiProcessOptions } from './support/api-process.ts'

const module = fileURLToPath(new URL('./support/api-process.ts', import.meta.url))
const workspace = fileURLToPath(new URL('../..', import.meta.url))

const issuer = 'https://login.example'
const audience = 'https://api.example'

/** One API in a process of its own. */
interface Api {
  status(token: string): Promise<number>
  stop(): Promise<void>
}

const startApi = async (options: ApiProcessOptions): Promise<Api> => {
  const child = fork(module, [JSON.stringify(options)], {
    cwd: workspace,
    execArgv: ['--conditions=@coatcheck/source', '--import', 'tsx'],
  })
  const [port] = await once(child, 'message')
  return {
    status: async (token) => {
      const headers = { authorization: `Bearer ${token}` }
      const answer = await fetch(`http://127.0.0.1:${port}/`, { headers })
      await answer.arrayBuffer()
      expect(answer.headers.has('retry-after')).toBe(answer.status === 503)
      return answer.status
    },
    stop: async () => {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

const start = async () => {
  const redis = await startRedisServer({ config: ['appendonly yes', 'appendfsync always'] })
  const key: SigningKey = await generateKey('ES256')
  const keys = { keys: [key.publicJwk].filter((jwk) => jwk !== undefined) }
  const options = { issuer, audience, keys, redisUrl: redis.url }
  const apis = await Promise.all([startApi(options), startApi(options)])
  const client = new Redis(redis.url, { maxRetriesPerRequest: 1 })
  client.on('error', () => undefined)
  const denyList = createDenyList({ store: createRedisStore({ client }) })
  const signer = createSigner({ issuer, audience, key })
  const issue = (subject: string) => signer.issue({ subject, clientId: 'spa' })
  const statuses = (token: string) => Promise.all(apis.map((api) => api.status(token)))
  const stop = async () => {
    client.disconnect()
    await Promise.all(apis.map((api) => api.stop()))
    await redis.dispose()
  }
  return { redis, denyList, issue, statuses, stop }
}

const canRun = findRedisServer() !== undefined || process.env.CI === 'true'
if (!canRun) console.warn('Skipped the deny list over processes: redis-server is missing.')

if (canRun) {
  let place: Awaited<ReturnType<typeof start>>
  let redis: RedisServer
  beforeAll(async () => {
    place = await start()
    redis = place.redis
  })
  afterAll(() => place.stop())

  test('J64 a token denied by one process is refused by all others from the next request on', async () => {
    const { token, claims } = await place.issue('alice')
    const other = await place.issue('alice')
    expect(await place.statuses(token)).toEqual([200, 200])
    expect(await place.statuses(other.token)).toEqual([200, 200])
    const { iss, jti = '', exp } = claims
    await place.denyList.denyToken({ issuer: iss, jwtId: jti, expiresAt: exp })
    expect(await place.statuses(token)).toEqual([401, 401])
    expect(await place.statuses(other.token)).toEqual([200, 200])
  })

  test('J64 a disabled user is out everywhere from the next request on', async () => {
    const [bob, carol] = [await place.issue('bob'), await place.issue('carol')]
    expect(await place.statuses(bob.token)).toEqual([200, 200])
    await place.denyList.denySubject({ issuer, subject: 'bob' })
    expect(await place.statuses(bob.token)).toEqual([401, 401])
    expect(await place.statuses(carol.token)).toEqual([200, 200])
  })

  test('J62 without Redis a guarded API answers 503, and recovers without a restart', async () => {
    const { token, claims } = await place.issue('dave')
    const denied = await place.issue('dave')
    const { iss, jti = '', exp } = denied.claims
    await place.denyList.denyToken({ issuer: iss, jwtId: jti, expiresAt: exp })
    expect(claims.sub).toBe('dave')
    expect(await place.statuses(token)).toEqual([200, 200])
    await redis.kill()
    expect(await place.statuses(token)).toEqual([503, 503])
    expect(await place.statuses(denied.token)).toEqual([503, 503])
    await redis.restart()
    // The clients reconnect by themselves; until then the answer stays 503.
    await expect
      .poll(() => place.statuses(token), { timeout: 20_000, interval: 100 })
      .toEqual([200, 200])
    expect(await place.statuses(denied.token)).toEqual([401, 401])
  })
}
