import { type RedisCluster, startRedisCluster } from '@coatcheck/store/testing/servers'
import { expect, onTestFinished, test } from 'vitest'
import { type LoggedIn, startFaultSystem } from './support/fault-system.ts'
import { badOnes, catchInFlight, renewAll, startLoad, tally } from './support/load.ts'
import { openCluster } from './support/redis-stores.ts'
import { storesAtHand } from './support/stores.ts'

const patience = { timeout: 240_000 }
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const [slots, masterCount] = [16_384, 3]

/** Whether the first master holds the record of that session. */
const isHeldByFirst = async ({ masters }: RedisCluster, { sid }: LoggedIn): Promise<boolean> => {
  const slot = Number(await masters[0]?.ask(`CLUSTER KEYSLOT coatcheck:session:${sid}`))
  return slot < Math.floor(slots / masterCount)
}

const startCluster = async (): Promise<RedisCluster> => {
  const cluster = await startRedisCluster({ replicas: 1 })
  onTestFinished(() => cluster.dispose())
  // Otherwise the whole cluster stops while one slot has no master.
  for (const node of [...cluster.masters, ...cluster.replicas]) {
    await node.ask('CONFIG SET cluster-require-full-coverage no')
  }
  return cluster
}

/** Kills the first master, and lets it come back when its replica has taken its place. */
const failOver = async ({ masters: [first], replicas: [successor] }: RedisCluster) => {
  await first?.kill()
  await expect
    .poll(() => successor?.ask('INFO replication'), { timeout: 20_000 })
    .toContain('role:master')
  await pause(1_000)
  await first?.restart()
}

if (storesAtHand('store-cluster').includes('redis')) {
  test(
    'B52 redis cluster: the loss of a node logs out nobody with waitReplicas, and who is at home elsewhere notices nothing',
    patience,
    async (context) => {
      const cluster = await startCluster()
      const stores = await openCluster(context, cluster, { waitReplicas: 1 })
      const system = await startFaultSystem({ stores, sessions: 120 })
      onTestFinished(() => system.close())
      const { sessions } = system
      const hit: LoggedIn[] = []
      const elsewhere: LoggedIn[] = []
      for (const session of sessions) {
        const isHit = await isHeldByFirst(cluster, session)
        ;(isHit ? hit : elsewhere).push(session)
      }
      const [caught, renewed] = [hit.slice(0, 5), hit.slice(5, 25)]
      system.expireTokens()
      expect(tally(await renewAll(system, [...elsewhere, ...renewed]))).toEqual({
        good: elsewhere.length + renewed.length,
      })
      const load = startLoad(system, { elsewhere, renewed, caught, others: hit.slice(25) })
      const inFlight = await catchInFlight(system, caught)
      await failOver(cluster)

      expect(tally(await renewAll(system, sessions))).toEqual({ good: sessions.length })
      const seen = [...(await load.stop()), ...(await Promise.all(inFlight))]
      expect(badOnes(seen)).toEqual([])
      const spared = seen.filter(({ group }) => group === 'elsewhere')
      expect(tally(spared)).toEqual({ good: spared.length })
      expect(tally(seen.filter(({ group }) => group === 'renewed')).later).toBeGreaterThan(5)
      system.expireTokens()
      expect(tally(await renewAll(system, sessions))).toEqual({ good: sessions.length })
    },
  )
}
