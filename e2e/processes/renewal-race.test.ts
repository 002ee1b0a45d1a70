import { test } from 'vitest'
import { race } from './support/race.ts'
import { startCluster } from './support/start-cluster.ts'
import { storesAtHand } from './support/stores.ts'

const perfect = { calls: 1, ok: 100, alive: true }

// Each waits for a slow provider, so they wait together.
for (const store of storesAtHand('renewal-race')) {
  test.concurrent(`B84 ${store}: 4 processes x 25 calls with an expired token are 1 renewal, 100 good answers and a session that lives, and without the lease they are not`, async ({
    expect,
    onTestFinished,
  }) => {
    const cluster = await startCluster({ processes: 4, store })
    onTestFinished(() => cluster.close())
    for (const delayMs of [50, 50, 50, 3_000, 3_000, 3_000]) {
      const result = await race(cluster, { requests: 25, delayMs })
      expect(result, `provider at ${delayMs} ms`).toMatchObject(perfect)
    }
    // Several resources have one refresh token behind them: a renewal each, one after the other.
    const resources = ['orders', 'billing', 'stock']
    const several = await race(cluster, { requests: 25, delayMs: 50, resources })
    expect(several).toMatchObject({ ...perfect, calls: 3 })
    const pair = { ...cluster, processes: cluster.processes.slice(0, 2) }
    const crowd = await race(pair, { requests: 100, delayMs: 50 })
    expect(crowd).toMatchObject({ ...perfect, ok: 200 })
    // A test of the test: it is the lease that does this.
    await Promise.all(cluster.processes.map((process) => process.ignoreLeases()))
    const unguarded = await race(cluster, { requests: 25, delayMs: 300 })
    expect(unguarded.calls).toBeGreaterThan(1)
    expect(unguarded.alive).toBe(false)
  })
}
