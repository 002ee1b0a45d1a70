// The renewal race against the real provider: `pnpm storm --store redis|sqlite --processes 4
// --requests 25 --delay 50 --resources 1 --runs 20`. One JSON line a run; fails unless every run is
// perfect: a renewal for each resource, and no more.
import { parseArgs } from 'node:util'
import { race } from '../e2e/processes/support/race.ts'
import { resources } from '../e2e/processes/support/resources.ts'
import { startCluster } from '../e2e/processes/support/start-cluster.ts'

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'sqlite' },
    processes: { type: 'string', default: '4' },
    requests: { type: 'string', default: '25' },
    delay: { type: 'string', default: '50' },
    resources: { type: 'string', default: '1' },
    runs: { type: 'string', default: '20' },
  },
})

type Count = 'processes' | 'requests' | 'delay' | 'resources' | 'runs'

const whole = (name: Count, least: number, most = Number.MAX_SAFE_INTEGER): number => {
  const value = Number(values[name])
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new Error(`--${name} is a whole number from ${least} to ${most}.`)
}

const processes = whole('processes', 1)
const requests = whole('requests', 1)
const delayMs = whole('delay', 0)
const runs = whole('runs', 1)
const all = resources.map(({ name }) => name)
const asked = all.slice(0, whole('resources', 1, all.length))

const { store } = values
if (store !== 'sqlite' && store !== 'redis') throw new Error('--store is sqlite or redis.')

const cluster = await startCluster({ processes, store })
try {
  for (let run = 0; run < runs; run += 1) {
    const result = await race(cluster, { requests, delayMs, resources: asked })
    console.log(JSON.stringify(result))
    const { calls, ok, alive } = result
    const isPerfect = calls === asked.length && ok === processes * requests && alive
    if (!isPerfect) process.exitCode = 1
  }
} finally {
  await cluster.close()
}
