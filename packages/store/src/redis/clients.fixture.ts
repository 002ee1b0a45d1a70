import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis'
import { Cluster as Cluster6, Redis as Redis6 } from 'ioredis-6'
import * as redis5 from 'redis'
import * as redis4 from 'redis-4'
import * as redis6 from 'redis-6'
import type { RedisClient } from './index.ts'

/** A client library at one version, as a user would set it up. */
export interface Library {
  readonly name: string
  readonly connect: (port: number) => Promise<RedisClient>
  readonly connectCluster: (ports: readonly number[]) => Promise<RedisClient>
}

const ignore = () => undefined

interface Closable {
  quit?(): Promise<unknown>
  disconnect(): unknown
  destroy?(): unknown
}

/** Ends a client in whatever state it is. */
export const endClient = (client: RedisClient): void => {
  const closable = client as unknown as Closable
  try {
    const ending = closable.destroy === undefined ? closable.disconnect() : closable.destroy()
    Promise.resolve(ending).catch(ignore)
  } catch {
    // Ended already.
  }
}

const onLoopback = (port: number) => ({ host: '127.0.0.1', port })
const asUrl = (port: number) => ({ url: `redis://127.0.0.1:${port}` })

interface Emitting {
  on(event: 'error', listener: () => void): unknown
  once(event: 'ready', listener: () => void): unknown
}

const ready = (client: RedisClient & Emitting): Promise<RedisClient> => {
  client.on('error', ignore)
  return new Promise((resolve) => {
    client.once('ready', () => resolve(client))
  })
}

const ioredis5: Library = {
  name: 'ioredis 5',
  connect: (port) => ready(new Redis5(onLoopback(port))),
  connectCluster: (ports) => ready(new Cluster5(ports.map(onLoopback))),
}

const ioredis6: Library = {
  name: 'ioredis 6',
  connect: (port) => ready(new Redis6(onLoopback(port))),
  connectCluster: (ports) => ready(new Cluster6(ports.map(onLoopback))),
}

const nodeRedis4: Library = {
  name: 'node-redis 4',
  connect: async (port) => {
    const client = redis4.createClient(asUrl(port)).on('error', ignore)
    await client.connect()
    return client
  },
  connectCluster: async (ports) => {
    const client = redis4.createCluster({ rootNodes: ports.map(asUrl) })
    client.on('error', ignore)
    await client.connect()
    return client
  },
}

const nodeRedis5: Library = {
  name: 'node-redis 5',
  connect: async (port) => redis5.createClient(asUrl(port)).on('error', ignore).connect(),
  connectCluster: async (ports) =>
    redis5
      .createCluster({ rootNodes: ports.map(asUrl) })
      .on('error', ignore)
      .connect(),
}

const nodeRedis6: Library = {
  name: 'node-redis 6',
  connect: async (port) => redis6.createClient(asUrl(port)).on('error', ignore).connect(),
  connectCluster: async (ports) =>
    redis6
      .createCluster({ rootNodes: ports.map(asUrl) })
      .on('error', ignore)
      .connect(),
}

/** Every client library the store supports, at every major version. */
export const libraries: readonly Library[] = [
  ioredis5,
  ioredis6,
  nodeRedis4,
  nodeRedis5,
  nodeRedis6,
]
