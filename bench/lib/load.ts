import { type Child, startChild } from './child.ts'

/** One request as it is sent over and over. */
export interface TargetRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** A server and what it is asked; the connections share the requests among them. */
export interface Target {
  readonly url: string
  readonly requests: readonly TargetRequest[]
}

export interface Load {
  readonly target: string
  readonly connections: number
  readonly seconds: number
}

/** What came of one round. */
export interface LoadResult {
  readonly answers: number
  /** Answers other than 2xx, and none at all. */
  readonly faults: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** A load generator in a process of its own. */
export interface LoadGenerator {
  add(name: string, target: Target): Promise<void>
  /** Rejects when one answer is not 2xx: what is fast because it refuses does not count. */
  run(load: Load): Promise<LoadResult>
  end(): Promise<void>
}

const runAt = async (child: Child, load: Load): Promise<LoadResult> => {
  const result = await child.ask<LoadResult>('run', load)
  if (result.faults === 0 && result.answers > 0) return result
  throw new Error(
    `${result.faults} of ${result.answers} answers of ${load.target} were no success.`,
  )
}

export const startLoadGenerator = async (): Promise<LoadGenerator> => {
  const child = await startChild(new URL('./load-process.ts', import.meta.url))
  return {
    add: (name, target) => child.ask('target', { name, target }),
    run: (load) => runAt(child, load),
    end: () => child.end(),
  }
}
