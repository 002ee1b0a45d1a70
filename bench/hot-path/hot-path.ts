import { alternate, medianRatio, type Rounds } from '../lib/alternate.ts'
import type { LoadResult } from '../lib/load.ts'
import type { Benchmark, Findings } from '../lib/report.ts'
import { median, quantile, rounded } from '../lib/statistics.ts'
import { measureBytes, populate, type SessionBytes } from './population.ts'
import { type Stage, startStage } from './stage.ts'
import { storm } from './storm.ts'
import { bareTarget, bffTarget, koaSessionTarget, sidsOf } from './targets.ts'

const connections = 50
const fewSessions = 1_000
const stormRuns = 10

const names = {
  bff: 'Coatcheck',
  bffLarge: 'Coatcheck, many sessions',
  koaSession: 'Koa + koa-session',
  rolling: 'Koa + koa-session, rolling',
  bare: 'Koa + one GET',
} as const

type Name = keyof typeof names

const note = (text: string): void => console.error(`${text} …`)

const addTargets = async (stage: Stage, sessions: number): Promise<void> => {
  const { login, servers, signingKey, load } = stage
  // Of the many as many are asked for as of the few, spread evenly over all.
  const every = Math.max(1, Math.floor(sessions / fewSessions))
  note(`filling Redis with ${sessions} sessions`)
  await populate(stage.small, stage.template, { sessions: fewSessions, every: 1 })
  await populate(stage.large, stage.template, { sessions, every })
  const few = (name: Name) => ({ port: servers[name].port, login, sids: sidsOf(fewSessions, 1) })
  const many = { port: servers.bffLarge.port, login, sids: sidsOf(sessions, every) }
  await load.add('bff', bffTarget(few('bff')))
  await load.add('bffLarge', bffTarget(many))
  await load.add('koaSession', koaSessionTarget(few('koaSession'), signingKey))
  await load.add('rolling', koaSessionTarget(few('rolling'), signingKey))
  await load.add('bare', bareTarget(few('bare')))
}

interface RoundResult extends LoadResult {
  /** Processor time of the server for one answer, in microseconds. */
  readonly cpuMicros: number
}

interface Measured {
  readonly rates: Rounds
  readonly results: ReadonlyMap<string, readonly RoundResult[]>
}

const measure = async (
  { load, servers }: Stage,
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Promise<Measured> => {
  const results = new Map<string, RoundResult[]>()
  const contestants = (Object.keys(names) as Name[]).map((name) => ({
    name,
    round: async () => {
      const before = await servers[name].cpuMicros()
      const result = await load.run({ target: name, connections, seconds })
      const cpuMicros = ((await servers[name].cpuMicros()) - before) / result.answers
      results.set(name, [...(results.get(name) ?? []), { ...result, cpuMicros }])
      return result.answers / result.seconds
    },
  }))
  note(`${rounds} rounds of ${contestants.length} × ${seconds} s`)
  const rates = await alternate(contestants, { rounds, warmUp: 2 })
  return { rates, results }
}

const tableOf = ({ rates, results }: Measured): Findings['table'] => [
  ['POST /bff/token', 'answers/s', 'to the BFF', 'p50 ms', 'p99 ms', 'µs CPU'],
  ...Object.entries(names).map(([name, title]) => {
    const each = (pick: (result: RoundResult) => number) =>
      String(rounded(median((results.get(name) ?? []).map(pick))))
    return [
      title,
      String(Math.round(median(rates.get(name) ?? []))),
      medianRatio(rates, name, 'bff').toFixed(2),
      each(({ p50Ms }) => p50Ms),
      each(({ p99Ms }) => p99Ms),
      each(({ cpuMicros }) => Math.round(cpuMicros)),
    ]
  }),
]

interface Evidence {
  readonly measured: Measured
  readonly waits: readonly number[]
  readonly bytes: SessionBytes
  readonly sessions: number
}

const conclude = ({ measured, waits, bytes, sessions }: Evidence): Findings => {
  const ratio = (name: Name, other: Name) => medianRatio(measured.rates, name, other)
  return {
    table: tableOf(measured),
    figures: {
      toRollingKoaSession: ratio('bff', 'rolling'),
      stormP50Ms: median(waits),
      stormP99Ms: quantile(waits, 0.99),
      bytesOfRecord: bytes.record,
      bytesOfIndex: bytes.index,
      manySessions: sessions,
    },
    checks: [
      { name: 'toKoaSession', value: ratio('bff', 'koaSession'), line: { atLeast: 2 } },
      { name: 'toBareKoa', value: ratio('bff', 'bare'), line: { atLeast: 0.6 } },
      { name: 'slowerWithMany', value: ratio('bff', 'bffLarge'), line: { atMost: 1.2 } },
    ],
  }
}

/** `POST /bff/token` with a fresh token, beside what else answers from a record in Redis. */
export const hotPath: Benchmark = async ({ rounds = 15, seconds = 1, sessions = 1_000_000 }) => {
  const stage = await startStage()
  try {
    await addTargets(stage, sessions)
    const bytes = await measureBytes(stage.small, stage.template)
    const measured = await measure(stage, { rounds, seconds })
    await stage.close()
    note(`${stormRuns} storms`)
    return conclude({ measured, waits: await storm(stormRuns), bytes, sessions })
  } finally {
    await stage.close()
  }
}
