import { StoreError } from '../errors.ts'
import { hasMethod, type IoredisClient, type NodeRedisClient, type RedisClient } from './client.ts'
import type { RedisDriver } from './driver.ts'
import { createIoredisDriver } from './ioredis-driver.ts'
import { createNodeRedisDriver } from './node-redis-driver.ts'

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const isIoredis = (value: unknown): value is IoredisClient =>
  isObject(value) && hasMethod(value, 'pipeline') && hasMethod(value, 'call') && 'status' in value

/** A pool is none: it may answer each command over another connection. */
const isNodeRedis = (value: unknown): value is NodeRedisClient =>
  isObject(value) &&
  hasMethod(value, 'sendCommand') &&
  hasMethod(value, 'multi') &&
  'isOpen' in value &&
  !('idleClients' in value)

const remedy =
  'Pass a client of ioredis (Redis, Cluster) or of node-redis (createClient, createCluster, ' +
  'createSentinel; no pool).'

interface DriverOptions {
  readonly client: RedisClient
  readonly subscriber: RedisClient | undefined
}

/** Tells which library a client is of, by what it can do: the store imports none of them. */
export const createDriver = ({ client, subscriber }: DriverOptions): RedisDriver => {
  if (isIoredis(client) && (subscriber === undefined || isIoredis(subscriber))) {
    return createIoredisDriver({ client, subscriber })
  }
  if (isNodeRedis(client) && (subscriber === undefined || isNodeRedis(subscriber))) {
    return createNodeRedisDriver({ client, subscriber })
  }
  throw new StoreError('store_misused', `"client" or "subscriber" is not usable. ${remedy}`)
}
