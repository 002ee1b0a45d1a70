import { findRedisServer, startRedisServer } from '@coatcheck/store/testing/servers'
import { expect, onTestFinished, test } from 'vitest'
import { fetchHeaders } from '../testing/browser.ts'
import { ask, type Served, serve } from '../testing/served.ts'

const isRedisThere = findRedisServer() !== undefined
if (!isRedisThere) {
  const message =
    'Two servers on Redis: redis-server is missing; install it or set REDIS_SERVER_PATH.'
  // A pipeline must not pass by skipping.
  if (process.env.CI === 'true') throw new Error(message)
  console.warn(`Skipped: ${message}`)
}

const sessionOf = async (served: Served, at: string) => {
  const cookie = [...served.browser.jar].map(([name, { value }]) => `${name}=${value}`).join('; ')
  const headers = { ...fetchHeaders(served.origin), cookie }
  const answer = await ask(at, '/bff/session', { headers })
  return { ...answer, body: JSON.parse(answer.text) as Record<string, unknown> }
}

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20))
}

test.runIf(isRedisThere)(
  'B52 two servers share their sessions in Redis, and an outage of it ends none of them',
  async () => {
    const redis = await startRedisServer({ config: ['appendonly yes', 'appendfsync always'] })
    onTestFinished(() => redis.dispose())
    const onRedis = (standard: Readonly<Record<string, unknown>>) => ({
      ...standard,
      store: { url: redis.url },
    })
    const first = await serve({ file: onRedis })
    onTestFinished(first.close)
    const second = await serve({
      file: (standard) => ({
        ...onRedis(standard),
        publicUrl: first.origin,
        provider: {
          issuer: first.provider.issuer,
          clientId: first.provider.clientId,
          clientSecret: first.provider.clientSecret,
        },
      }),
    })
    onTestFinished(second.close)
    await first.login()
    for (const { origin } of [first, second]) {
      expect((await sessionOf(first, origin)).body).toMatchObject({ authenticated: true })
    }

    await redis.kill()
    const expectOutage = async ({ origin, operators }: Served) => {
      const [answer, ready] = await Promise.all([
        sessionOf(first, origin),
        ask(operators, '/readyz'),
      ])
      expect(answer.status).toBe(503)
      expect(answer.body).toMatchObject({ code: 'store_unavailable' })
      expect(answer.headers['retry-after']).toBeDefined()
      expect(answer.headers['set-cookie']).toBeUndefined()
      expect(ready.status).toBe(503)
    }
    await Promise.all([expectOutage(first), expectOutage(second)])

    await redis.restart()
    for (const { origin, operators } of [first, second]) {
      await until(async () => (await ask(operators, '/readyz')).status === 200)
      expect((await sessionOf(first, origin)).body).toMatchObject({ authenticated: true })
    }
  },
)
