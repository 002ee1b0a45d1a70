import { parseArgs } from 'node:util'
import { hotPath } from './hot-path/hot-path.ts'
import { type Benchmark, report } from './lib/report.ts'
import { size } from './size/size.ts'
import { verify } from './verify/verify.ts'

/** One line each; the name is that of the folder. */
const benchmarks: ReadonlyMap<string, Benchmark> = new Map([
  ['hot-path', hotPath],
  ['size', size],
  ['verify', verify],
])

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    sessions: { type: 'string' },
  },
})

const whole = (name: 'rounds' | 'seconds' | 'sessions'): number | undefined => {
  const text = values[name]
  if (text === undefined) return undefined
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new Error(`--${name} is a whole number of at least 1.`)
}

// Helper servers end with this process, but only when it ends by itself.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

const [name = '', ...others] = positionals
const benchmark = others.length === 0 ? benchmarks.get(name) : undefined
if (benchmark === undefined) {
  const names = [...benchmarks.keys()].join(', ')
  console.error(
    `pnpm bench NAME [--rounds N] [--seconds N] [--sessions N]; NAME is one of ${names}.`,
  )
  process.exitCode = 2
} else {
  const findings = await benchmark({
    rounds: whole('rounds'),
    seconds: whole('seconds'),
    sessions: whole('sessions'),
  })
  process.exitCode = report(name, findings) ? 0 : 1
}
