import type { Store } from '@coatcheck/store'
import { createRedisStore } from '@coatcheck/store/redis'
import type { RedisCluster, RedisSentinelSet } from '@coatcheck/store/testing/servers'
import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster, createSentinel } from 'redis'
import type { TestContext } from 'vitest'

/** Makes a store on the clock of the test. */
export type OpenStore = (now: () => number) => Store

/** Whose end the clients do not outlive. */
type Test = Pick<TestContext, 'onTestFinished'>

export interface RedisStoresOptions {
  readonly waitReplicas?: 0 | 1
  /** Keeps the sessions of one system from those of another on the same servers. */
  readonly prefix?: string
}

const ignore = () => undefined

/** Over one connection of ioredis and one of node-redis, both as the reference says to set them up. */
const storesOf = (
  clients: readonly Parameters<typeof createRedisStore>[0]['client'][],
  options: RedisStoresOptions,
): readonly OpenStore[] =>
  clients.map((client) => (now) => createRedisStore({ client, now, ...options }))

const nodes = (servers: readonly { readonly port: number }[]) =>
  servers.map(({ port }) => ({ host: '127.0.0.1', port }))

export const openStandalone = async (
  { onTestFinished }: Test,
  url: string,
  options: RedisStoresOptions = {},
): Promise<readonly OpenStore[]> => {
  const first = new Redis(url, { socketTimeout: 3_000 }).on('error', ignore)
  onTestFinished(() => first.disconnect())
  const second = createClient({ url }).on('error', ignore)
  await second.connect()
  onTestFinished(() => second.destroy())
  return storesOf([first, second], options)
}

export const openSentinel = async (
  { onTestFinished }: Test,
  { name, sentinels }: RedisSentinelSet,
  options: RedisStoresOptions = {},
): Promise<readonly OpenStore[]> => {
  const sentinelNodes = nodes(sentinels)
  const first = new Redis({ name, sentinels: sentinelNodes, socketTimeout: 3_000 })
  first.on('error', ignore)
  onTestFinished(() => first.disconnect())
  const second = createSentinel({ name, sentinelRootNodes: sentinelNodes }).on('error', ignore)
  await second.connect()
  onTestFinished(() => second.destroy())
  return storesOf([first, second], options)
}

export const openCluster = async (
  { onTestFinished }: Test,
  { masters }: RedisCluster,
  options: RedisStoresOptions = {},
): Promise<readonly OpenStore[]> => {
  const first = new Cluster(nodes(masters)).on('error', ignore)
  onTestFinished(() => first.disconnect())
  const rootNodes = masters.map(({ url }) => ({ url }))
  const second = createCluster({ rootNodes }).on('error', ignore)
  await second.connect()
  onTestFinished(() => second.destroy())
  return storesOf([first, second], options)
}
