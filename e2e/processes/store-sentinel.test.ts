import { type RedisSentinelSet, startRedisSentinelSet } from '@coatcheck/store/testing/servers'
import { expect, onTestFinished, test } from 'vitest'
import { startFaultSystem } from './support/fault-system.ts'
import { badOnes, catchInFlight, renewAll, startLoad, tally } from './support/load.ts'
import { openSentinel } from './support/redis-stores.ts'
import { storesAtHand } from './support/stores.ts'

const patience = { timeout: 240_000 }

/** From now on what the master acknowledges reaches no replica. */
const cutOff = async ({ master, replica }: RedisSentinelSet) => {
  replica.freeze()
  await master.ask('CLIENT KILL TYPE replica')
}

/** Kills the master, lets the replica take its place and the master come back as a replica. */
const failOver = async ({ name, master, replica, sentinels }: RedisSentinelSet) => {
  await master.kill()
  replica.thaw()
  await expect
    .poll(() => replica.ask('INFO replication'), { timeout: 20_000 })
    .toContain('role:master')
  const [first] = sentinels
  await expect
    .poll(() => first?.ask(`SENTINEL CKQUORUM ${name}`).catch(String), { timeout: 20_000 })
    .toContain('OK')
  await master.restart()
}

if (storesAtHand('store-sentinel').includes('redis')) {
  test(
    'B52 redis sentinel: a failover logs out nobody of 200 with waitReplicas, and without it those whose new refresh token no replica had',
    patience,
    async (context) => {
      const set = await startRedisSentinelSet()
      onTestFinished(() => set.dispose())
      const start = async (waitReplicas: 0 | 1, sessions: number) => {
        const prefix = `wait ${waitReplicas}:`
        const stores = await openSentinel(context, set, { prefix, waitReplicas })
        const system = await startFaultSystem({ stores, sessions })
        onTestFinished(() => system.close())
        return system
      }
      const careful = await start(1, 200)
      const careless = await start(0, 10)
      const { sessions } = careful
      const groups = {
        renewed: sessions.slice(0, 60),
        caught: sessions.slice(60, 70),
        expired: sessions.slice(70),
      }
      const lost = careless.sessions.slice(0, 5)
      for (const system of [careful, careless]) system.expireTokens()
      const load = startLoad(careful, groups)

      expect(tally(await renewAll(careful, groups.renewed))).toEqual({ good: 60 })
      const inFlight = await catchInFlight(careful, groups.caught)
      await cutOff(set)
      expect(tally(await renewAll(careless, lost))).toEqual({ good: lost.length })
      await failOver(set)

      expect(tally(await renewAll(careful, sessions))).toEqual({ good: sessions.length })
      const seen = [...(await load.stop()), ...(await Promise.all(inFlight))]
      expect(badOnes(seen)).toEqual([])
      expect(tally(seen).later).toBeGreaterThan(10)
      careful.expireTokens()
      expect(tally(await renewAll(careful, sessions))).toEqual({ good: sessions.length })

      // The promise without it: the old refresh token is back, which a strict provider ends.
      careless.expireTokens()
      for (const session of lost) {
        const { status, body } = await careless.ask(session, 0, 'token')
        expect([status, body.reason]).toEqual([401, 'refresh_rejected'])
      }
    },
  )
}
