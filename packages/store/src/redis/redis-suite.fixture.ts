import { test } from 'vitest'
import { findRedisServer } from '../testing/servers/index.ts'

/**
 * Says whether tests that start a real server can run. Where they cannot, one line says which are
 * skipped and what to do; on a build server, which must not skip them unnoticed, they fail.
 */
export const canRunRedis = (suite: string): boolean => {
  if (findRedisServer() !== undefined) return true
  const message = `${suite}: redis-server is missing; install it or set REDIS_SERVER_PATH.`
  if (process.env.CI === 'true') {
    test(suite, () => {
      throw new Error(message)
    })
    return false
  }
  console.warn(`Skipped: ${message}`)
  test.skip(suite, () => undefined)
  return false
}
