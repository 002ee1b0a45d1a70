import type { AddressInfo } from 'node:net'
import { createDenyList, createVerifier, type JwkSet } from '@coatcheck/jwt'
import { authenticate } from '@coatcheck/jwt/koa'
import { createRedisStore } from '@coatcheck/store/redis'
import { Redis } from 'ioredis'
import Koa from 'koa'

/** What an API of the tests needs; the one argument of this process, as JSON. */
export interface ApiProcessOptions {
  readonly issuer: string
  readonly audience: string
  readonly keys: JwkSet
  readonly redisUrl: string
}

const run = async ({ issuer, audience, keys, redisUrl }: ApiProcessOptions): Promise<void> => {
  const client = new Redis(redisUrl, { maxRetriesPerRequest: 1 })
  // ioredis prints what nobody listens to.
  client.on('error', () => undefined)
  const denyList = createDenyList({ store: createRedisStore({ client, timeoutMs: 3_000 }) })
  const verifier = createVerifier({ issuer, audience, algorithms: ['ES256'], keys, denyList })
  const app = new Koa()
  app.use(authenticate({ verifier }))
  app.use((ctx) => {
    ctx.body = { sub: ctx.state.auth.claims.sub }
  })
  const server = app.listen(0, '127.0.0.1', () => {
    process.send?.((server.address() as AddressInfo).port)
  })
}

await run(JSON.parse(process.argv[2] ?? '{}'))
