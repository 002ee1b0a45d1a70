import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const packageRoot = fileURLToPath(new URL('../..', import.meta.url))

/** A process of its own that runs one of our modules and says a line at a time what it did. */
export interface Child {
  readonly lines: readonly string[]
  /** Resolves once the child has said at least that many lines. */
  readonly said: (count: number) => Promise<void>
  /** Resolves to the exit code, or to the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
  /** What it wrote to its error output. */
  readonly complaints: () => string
  readonly kill: (signal: NodeJS.Signals) => void
}

const readLines = (child: ChildProcess, complaints: () => string) => {
  const lines: string[] = []
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const resume of waiting) resume()
  }
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    lines.push(line)
    wake()
  })
  child.once('close', wake)
  const said = async (count: number) => {
    while (lines.length < count) {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`ended after ${lines.length} lines; ${complaints()}`)
      }
      await new Promise<void>((resolve) => waiting.add(resolve))
      waiting.clear()
    }
  }
  return { lines, said }
}

/** Starts a TypeScript module in a process of its own. */
export const startChild = (module: URL, parameters: readonly string[]): Child => {
  const flags = ['--import', 'tsx', fileURLToPath(module)]
  const child = spawn(process.execPath, [...flags, ...parameters], {
    cwd: packageRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let complaints = ''
  child.stderr.on('data', (text) => {
    complaints += text
  })
  const { lines, said } = readLines(child, () => complaints)
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal)
  const kill = (signal: NodeJS.Signals) => {
    child.kill(signal)
  }
  return { lines, said, ended, kill, complaints: () => complaints }
}
