import { askUntil } from './ask.ts'
import { type RedisServer, startRedisServer } from './redis-server.ts'

/** Resolves when the replica has confirmed something: only then does the master count it. */
export const awaitReplica = async (master: RedisServer, replica: RedisServer): Promise<void> => {
  await askUntil(
    () => replica.ask('INFO replication'),
    (info) => info.includes('master_link_status:up'),
  )
  await askUntil(
    () => master.ask('INFO replication'),
    (info) => /state=online,offset=[1-9]/.test(info),
  )
}

/** Starts a replica of the server and resolves when the server counts on it. */
export const startRedisReplica = async (master: RedisServer): Promise<RedisServer> => {
  const replica = await startRedisServer({ config: [`replicaof 127.0.0.1 ${master.port}`] })
  try {
    await awaitReplica(master, replica)
  } catch (error) {
    await replica.dispose()
    throw error
  }
  return replica
}
