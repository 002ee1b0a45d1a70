// The renewal race against the real provider: `pnpm storm --store redis|sqlite --processes 4
// --requests 25 --delay 50 --runs 20`. One JSON line a run; fails unless every run is perfect.
import { parseArgs } from 'node:util'
import { race } from '../e2e/processes/support/race.ts'
import { startCluster } from '../e2e/processes/support/start-cluster.ts'

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'sqlite' },
    processes: { type: 'string', default: '4' },
    requests: { type: 'string', default: '25' },
    delay: { type: 'string', default: '50' },
    runs: { type: 'string', default: '20' },
  },
})

const whole = (name: 'processes' | 'requests' | 'delay' | 'runs', least: number): number => {
  const value = Number(values[name])
  if (Number.isInteger(value) && value >= least) return value
  throw new Error(`--${name} is a whole number of at least ${least}.`)
}

const processes = whole('processes', 1)
const requests = whole('requests', 1)
const delayMs = whole('delay', 0)
const runs = whole('runs', 1)

const { store } = values
if (store !== 'sqlite' && store !== 'redis') throw new Error('--store is sqlite or redis.')

const cluster = await startCluster({ processes, store })
try {
  for (let run = 0; run < runs; run += 1) {
    const result = await race(cluster, { requests, delayMs })
    console.log(JSON.stringify(result))
    const isPerfect = result.calls === 1 && result.ok === processes * requests && result.alive
    if (!isPerfect) process.exitCode = 1
  }
} finally {
  await cluster.close()
}
