import { availableParallelism, cpus, loadavg } from 'node:os'
import { rounded } from './statistics.ts'

/** How thoroughly to measure; what is left out is the benchmark's own choice. */
export interface BenchmarkOptions {
  readonly rounds: number | undefined
  /** Length of one round. */
  readonly seconds: number | undefined
  /** Sessions in the large population. */
  readonly sessions: number | undefined
}

export type Benchmark = (options: BenchmarkOptions) => Promise<Findings>

/** A figure that must lie on one side of a line. */
export interface Check {
  readonly name: string
  readonly value: number
  readonly line: { readonly atLeast: number } | { readonly atMost: number }
}

export interface Findings {
  /** Rows of the table, the first one its head. */
  readonly table: readonly (readonly string[])[]
  /** Figures without a line. */
  readonly figures: Readonly<Record<string, number>>
  readonly checks: readonly Check[]
}

const isPassed = ({ value, line }: Check): boolean =>
  'atLeast' in line ? value >= line.atLeast : value <= line.atMost

const lineOf = ({ line }: Check): string =>
  'atLeast' in line ? `at least ${line.atLeast}` : `at most ${line.atMost}`

/** Columns as wide as their widest cell; numbers to the right. */
const layOut = (table: readonly (readonly string[])[]): string => {
  const width = (column: number) => Math.max(...table.map((row) => (row[column] ?? '').length))
  const cell = (text: string, column: number) =>
    column === 0 ? text.padEnd(width(column)) : text.padStart(width(column))
  return table.map((row) => row.map(cell).join('  ')).join('\n')
}

const machine = () => ({
  processor: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  node: process.version,
  load: rounded(loadavg()[0] ?? 0),
})

/** Prints the table, the lines, and everything once more as one line of JSON. */
export const report = (name: string, { table, figures, checks }: Findings): boolean => {
  console.log(layOut(table))
  console.log()
  for (const check of checks) {
    const verdict = isPassed(check) ? 'ok  ' : 'FAIL'
    console.log(`${verdict}  ${check.name}: ${rounded(check.value)} (${lineOf(check)})`)
  }
  const passed = checks.every(isPassed)
  const values = [...Object.entries(figures), ...checks.map((check) => [check.name, check.value])]
  const results = Object.fromEntries(values.map(([key, value]) => [key, rounded(Number(value))]))
  console.log(`\n${JSON.stringify({ benchmark: name, passed, ...results, machine: machine() })}`)
  return passed
}
