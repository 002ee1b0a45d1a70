export type { IoredisClient, NodeRedisClient, RedisClient } from './client.ts'
export type { RedisStoreOptions } from './create-redis-store.ts'
export { createRedisStore } from './create-redis-store.ts'
