import { test } from 'vitest'
import { race } from './support/race.ts'
import { startCluster } from './support/start-cluster.ts'
import { storesAtHand } from './support/stores.ts'

const perfect = { calls: 1, ok: 100, alive: true }

/** Several resources have one refresh token: three renewals in a row, and a call waits ten seconds. */
const questions = [
  { resources: ['orders'], slowMs: 3_000 },
  { resources: ['orders', 'billing', 'stock'], slowMs: 2_000 },
]

// Each waits for a slow provider, so they wait together.
for (const store of storesAtHand('renewal-race')) {
  test.concurrent(`B84 ${store}: 4 processes x 25 calls with an expired token are 1 renewal, 100 good answers and a session that lives, and without the lease they are not`, {
    timeout: 300_000,
  }, async ({ expect, onTestFinished }) => {
    const cluster = await startCluster({ processes: 4, store })
    onTestFinished(() => cluster.close())
    for (const { resources, slowMs } of questions) {
      const expected = { ...perfect, calls: resources.length }
      for (const delayMs of [50, 50, 50, slowMs, slowMs, slowMs]) {
        const result = await race(cluster, { requests: 25, delayMs, resources })
        expect(result, `provider at ${delayMs} ms, ${resources}`).toMatchObject(expected)
      }
    }
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
