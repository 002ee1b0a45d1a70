import type { RedisServer } from './redis-server.ts'

/** Servers that belong together and end together. */
export interface ServerGroup {
  /** Takes a server in; resolves to it. */
  readonly add: (starting: Promise<RedisServer>) => Promise<RedisServer>
  readonly dispose: () => Promise<void>
}

/** Sets up a group; if that fails, what has been started until then does not stay behind. */
export const setUpGroup = async <T>(setUp: (group: ServerGroup) => Promise<T>): Promise<T> => {
  const members: Promise<RedisServer>[] = []
  const group: ServerGroup = {
    add: (starting) => {
      members.push(starting)
      return starting
    },
    dispose: async () => {
      const started = await Promise.allSettled(members)
      await Promise.all(
        started.map((start) => (start.status === 'fulfilled' ? start.value.dispose() : undefined)),
      )
    },
  }
  try {
    return await setUp(group)
  } catch (error) {
    await group.dispose()
    throw error
  }
}
