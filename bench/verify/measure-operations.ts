import { alternate, type Rounds } from '../lib/alternate.ts'
import { type Child, startChild } from '../lib/child.ts'
import type { Material } from './material.ts'
import type { OperationOptions, OperationRound } from './operation-process.ts'
import type { OperationName } from './operations.ts'

/** What was measured side by side. */
export interface Measured {
  /** Operations a second. */
  readonly rates: Rounds
  /** Processor time of one operation in microseconds, by name, round by round. */
  readonly cpuMicros: Rounds
}

export interface MeasureOptions {
  readonly rounds: number
  /** Length of one round. */
  readonly seconds: number
}

const start = async (name: OperationName, material: Material): Promise<Child> => {
  const options: OperationOptions = { name }
  const child = await startChild(new URL('./operation-process.ts', import.meta.url), options)
  await child.ask('prepare', material)
  return child
}

/** Measures some operations side by side, each in a process of its own. */
export const measureOperations = async (
  names: readonly OperationName[],
  material: Material,
  { rounds, seconds }: MeasureOptions,
): Promise<Measured> => {
  const children: Child[] = []
  const cpuMicros = new Map<string, number[]>()
  try {
    const contestants = []
    for (const name of names) {
      const child = await start(name, material)
      children.push(child)
      const round = async () => {
        const result = await child.ask<OperationRound>('round', seconds)
        const each = result.cpuMicros / result.operations
        cpuMicros.set(name, [...(cpuMicros.get(name) ?? []), each])
        return result.operations / result.seconds
      }
      contestants.push({ name, round })
    }
    return { rates: await alternate(contestants, { rounds, warmUp: 2 }), cpuMicros }
  } finally {
    for (const child of children) await child.end()
  }
}
