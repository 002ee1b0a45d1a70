import { findRedisServer } from '@coatcheck/store/testing/servers'
import type { StorePlace } from './protocol.ts'

/**
 * The stores to test over. Without a redis-server one line says what is left out and how to get it;
 * with `CI=true` the tests that need it fail instead, so that a pipeline never passes by skipping.
 */
export const storesAtHand = (suite: string): readonly StorePlace['kind'][] => {
  if (findRedisServer() !== undefined || process.env.CI === 'true') return ['sqlite', 'redis']
  console.warn(`Skipped ${suite} over Redis: install redis-server or set REDIS_SERVER_PATH.`)
  return ['sqlite']
}
