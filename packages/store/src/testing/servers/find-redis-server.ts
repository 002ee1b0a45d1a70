import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The `redis-server` of this machine: `REDIS_SERVER_PATH`, or the first one on the `PATH`. */
export const findRedisServer = (): string | undefined => {
  const { REDIS_SERVER_PATH, PATH = '' } = process.env
  const directories = [...PATH.split(delimiter), '/usr/bin', '/usr/local/bin']
  const candidates = directories.map((directory) => join(directory, 'redis-server'))
  return [REDIS_SERVER_PATH, ...candidates].find(
    (path) => path !== undefined && path !== '' && isExecutable(path),
  )
}
