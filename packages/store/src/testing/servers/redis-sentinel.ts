import { askUntil } from './ask.ts'
import { startRedisReplica } from './redis-replica.ts'
import { type RedisServer, startRedisServer } from './redis-server.ts'
import { setUpGroup } from './server-group.ts'

/** One master, one replica of it and three sentinels that watch them. */
export interface RedisSentinelSet {
  /** The name the sentinels know the master by. */
  readonly name: string
  readonly master: RedisServer
  readonly replica: RedisServer
  readonly sentinels: readonly RedisServer[]
  readonly dispose: () => Promise<void>
}

const name = 'coatcheck'
const quorum = 2

/** Sentinels give the master up after two seconds of silence; a busy machine may let it wait for one. */
const sentinelConfig = (master: RedisServer): readonly string[] => [
  `sentinel monitor ${name} 127.0.0.1 ${master.port} ${quorum}`,
  `sentinel down-after-milliseconds ${name} 2000`,
  `sentinel failover-timeout ${name} 5000`,
  'sentinel deny-scripts-reconfig yes',
]

const awaitSentinels = async (sentinels: readonly RedisServer[]) => {
  for (const sentinel of sentinels) {
    await askUntil(
      () => sentinel.ask('INFO sentinel'),
      (info) => info.includes(`slaves=1,sentinels=${sentinels.length}`),
    )
  }
}

/** Starts all five and resolves when the sentinels know each other and the replica. */
export const startRedisSentinelSet = (): Promise<RedisSentinelSet> =>
  setUpGroup(async ({ add, dispose }) => {
    const master = await add(startRedisServer())
    const replica = await add(startRedisReplica(master))
    const config = sentinelConfig(master)
    const sentinels = await Promise.all(
      Array.from({ length: 3 }, () => add(startRedisServer({ role: 'sentinel', config }))),
    )
    await awaitSentinels(sentinels)
    return { name, master, replica, sentinels, dispose }
  })
