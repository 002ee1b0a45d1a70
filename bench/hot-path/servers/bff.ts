import { createBff } from '@coatcheck/bff'
import { createRedisStore } from '@coatcheck/store/redis'
import { Redis } from 'ioredis'
import { optionsOfParent } from '../../lib/child.ts'
import { serve } from '../../lib/serve.ts'
import { resources } from '../resources.ts'

/** What the BFF under measurement is told at its start. */
export interface BffServerOptions {
  readonly publicUrl: string
  readonly issuer: string
  readonly clientSecret: string
  readonly sealingKey: string
  readonly redisUrl: string
}

const options = optionsOfParent<BffServerOptions>()

const { callback } = createBff({
  publicUrl: options.publicUrl,
  provider: { issuer: options.issuer, clientId: 'app', clientSecret: options.clientSecret },
  resources: Object.fromEntries(
    resources.map(({ name, audience, scope }) => [name, { mode: 'token', audience, scope }]),
  ),
  store: createRedisStore({ client: new Redis(options.redisUrl) }),
  sealingKeys: [options.sealingKey],
})

serve(callback)
