import { answerParent, optionsOfParent } from '../lib/child.ts'
import { copyOf, type Material } from './material.ts'
import { type Operation, type OperationName, operations } from './operations.ts'

/** What this process is told at its start. */
export interface OperationOptions {
  readonly name: OperationName
}

/** What came of one round. */
export interface OperationRound {
  readonly operations: number
  readonly seconds: number
  /** Processor time of this process, all its threads included. */
  readonly cpuMicros: number
}

const { name } = optionsOfParent<OperationOptions>()

/** How often the pool is gone through between two looks at the clock. */
const turns = name.startsWith('cached') ? 10 : 1

let tokens: readonly string[] = []
let operation: Operation = () => Promise.reject(new Error('Nothing is prepared.'))

const prepare = async (material: Material): Promise<void> => {
  tokens = material.tokens
  operation = await operations[name](material)
}

const sum = (rounds: readonly OperationRound[]): OperationRound =>
  rounds.reduce((one, other) => ({
    operations: one.operations + other.operations,
    seconds: one.seconds + other.seconds,
    cpuMicros: one.cpuMicros + other.cpuMicros,
  }))

/** Makes the strings before the clock runs: nobody is to pay for them. */
const runBatch = async (): Promise<OperationRound> => {
  const batch = Array.from({ length: turns }, () => tokens.map(copyOf)).flat()
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  await operation(batch)
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return { operations: batch.length, seconds, cpuMicros: user + system }
}

const round = async (roundSeconds: number): Promise<OperationRound> => {
  let total = await runBatch()
  while (total.seconds < roundSeconds) total = sum([total, await runBatch()])
  return total
}

answerParent({ prepare, round })
