import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { race } from './support/race.ts'
import { type Cluster, startCluster } from './support/start-cluster.ts'

let cluster: Cluster

beforeAll(async () => {
  cluster = await startCluster({ processes: 4 })
})
afterAll(() => cluster.close())

for (const delayMs of [50, 3_000]) {
  for (const run of [1, 2, 3]) {
    test(`B84 4 processes x 25 calls with an expired token, provider at ${delayMs} ms: 1 renewal, 100 good answers (run ${run})`, async () => {
      const result = await race(cluster, { requests: 25, delayMs })
      expect(result).toMatchObject({ calls: 1, ok: 100, alive: true })
    })
  }
}

test('B84 3 resources behind one refresh token: 1 renewal each, 100 good answers, all kept', async () => {
  const resources = ['orders', 'billing', 'stock']
  const result = await race(cluster, { requests: 25, delayMs: 50, resources })
  expect(result).toMatchObject({ calls: 3, ok: 100, alive: true })
})

test('without the lease the same calls kill the session', async () => {
  const unguarded = await startCluster({ processes: 4, leases: 'ignored' })
  onTestFinished(() => unguarded.close())
  const result = await race(unguarded, { requests: 25, delayMs: 300 })
  expect(result.calls).toBeGreaterThan(1)
  expect(result.alive).toBe(false)
})
