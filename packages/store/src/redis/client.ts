/** A client of ioredis 5 or 6: `new Redis(…)`, with or without sentinels, or `new Cluster(…)`. */
export interface IoredisClient {
  readonly status: string
  readonly isCluster: boolean
  call(...parameters: never[]): unknown
  pipeline(...parameters: never[]): unknown
  duplicate(...parameters: never[]): unknown
}

/** A client of node-redis 4, 5 or 6: `createClient`, `createCluster` or `createSentinel`. */
export interface NodeRedisClient {
  readonly isOpen: boolean
  sendCommand(...parameters: never[]): unknown
  multi(...parameters: never[]): unknown
}

/** The caller's own client; its address, credentials and reconnecting stay the caller's. */
export type RedisClient = IoredisClient | NodeRedisClient

/** Whether an object has a method of that name. */
export const hasMethod = (object: object, name: string): boolean =>
  typeof (object as Record<string, unknown>)[name] === 'function'
