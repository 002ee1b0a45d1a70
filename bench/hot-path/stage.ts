import { randomBytes } from 'node:crypto'
import { createDevIdp, type DevIdp } from '@coatcheck/dev-idp'
import { type RedisServer, startRedisServer } from '@coatcheck/store/testing/servers'
import { Redis } from 'ioredis'
import { type Child, startChild } from '../lib/child.ts'
import { type LoadGenerator, startLoadGenerator } from '../lib/load.ts'
import { type Login, logIn } from './login.ts'
import { readTemplate, sessionPrefix, type Template } from './population.ts'
import { resources } from './resources.ts'
import type { BffServerOptions } from './servers/bff.ts'
import type { PeerOptions } from './servers/peer.ts'

const publicUrl = 'http://localhost:4998'

const newKey = (): string => randomBytes(32).toString('base64url')

const server = (name: string) => new URL(`./servers/${name}.ts`, import.meta.url)

/** A server in a process of its own. */
export interface MeasuredServer {
  readonly port: number
  /** Processor time it has used so far, in microseconds. */
  cpuMicros(): Promise<number>
}

/** Everything that runs while it is measured, each in a process of its own. */
export interface Stage {
  readonly login: Login
  readonly template: Template
  /** Holds few sessions. */
  readonly small: Redis
  /** Holds many. */
  readonly large: Redis
  readonly load: LoadGenerator
  readonly signingKey: string
  readonly servers: Readonly<
    Record<'bff' | 'bffLarge' | 'koaSession' | 'rolling' | 'bare', MeasuredServer>
  >
  close(): Promise<void>
}

/** What has been started, to be ended in the opposite order. */
const createClosing = () => {
  const steps: (() => Promise<unknown>)[] = []
  return {
    add: async <T>(starting: Promise<T>, end: (started: T) => Promise<unknown>): Promise<T> => {
      const started = await starting
      steps.unshift(() => end(started))
      return started
    },
    close: async () => {
      for (const step of steps.splice(0)) await step()
    },
  }
}

const startIdp = (clientSecret: string): Promise<DevIdp> =>
  createDevIdp({
    clients: [{ clientId: 'app', clientSecret, redirectUris: [`${publicUrl}/bff/callback`] }],
    resources: resources.map(({ audience, scope }) => ({ audience, scope, alg: 'ES256' as const })),
    // Fresh from the first request to the last.
    lifetimes: { accessTokenSeconds: 4 * 3600 },
    env: {},
  })

const build = async ({ add, close }: ReturnType<typeof createClosing>): Promise<Stage> => {
  const [clientSecret, sealingKey, signingKey] = [newKey(), newKey(), newKey()]
  const endChild = (child: Child) => child.end()
  const start = async (
    name: string,
    options: BffServerOptions | PeerOptions,
  ): Promise<MeasuredServer> => {
    const child = await add(startChild(server(name), options), endChild)
    return { port: await child.ask('port'), cpuMicros: () => child.ask('cpuMicros') }
  }
  const openRedis = async () => {
    const { url } = await add(startRedisServer(), (redis: RedisServer) => redis.dispose())
    const open = Promise.resolve(new Redis(url))
    return { url, redis: await add(open, async (redis) => redis.disconnect()) }
  }
  const { issuer } = await add(startIdp(clientSecret), (idp) => idp.close())
  const [small, large] = [await openRedis(), await openRedis()]
  const startBff = (redisUrl: string) =>
    start('bff', { publicUrl, issuer, clientSecret, sealingKey, redisUrl })
  const bff = await startBff(small.url)
  const login = await logIn(publicUrl, bff.port)
  const template = await readTemplate(small.redis, sealingKey)
  const { answer } = login
  const keyPrefix = sessionPrefix
  const peer = { redisUrl: small.url, keyPrefix, signingKey, sealingKey, answer }
  return {
    login,
    template,
    small: small.redis,
    large: large.redis,
    load: await add(startLoadGenerator(), (load) => load.end()),
    signingKey,
    servers: {
      bff,
      bffLarge: await startBff(large.url),
      koaSession: await start('koa-session', { ...peer, idleLimit: 'fixed' }),
      rolling: await start('koa-session', { ...peer, idleLimit: 'rolling' }),
      bare: await start('bare-koa', { ...peer, idleLimit: 'fixed' }),
    },
    close,
  }
}

/** Starts two Redis servers, a provider, the servers to compare and the load; logs in once. */
export const startStage = async (): Promise<Stage> => {
  const closing = createClosing()
  try {
    return await build(closing)
  } catch (failure) {
    await closing.close()
    throw failure
  }
}
