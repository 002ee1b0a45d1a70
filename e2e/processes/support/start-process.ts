import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { BffProcessOptions, FromProcess, HoldingPoint, ToProcess } from './protocol.ts'
import { type Answer, type Call, createAgent, send } from './send.ts'

/** A renewal that is to stop on its way. */
export interface Hold {
  /** Resolves when it has stopped, with the refresh token it got, if any. */
  readonly reached: Promise<{ readonly refreshToken?: string }>
}

/** One BFF in a process of its own. */
export interface BffProcess {
  send(call: Pick<Call, 'path' | 'method' | 'headers' | 'body'>): Promise<Answer>
  readonly isRunning: () => boolean
  /** Its clock is to run ahead of the machine's by that much. */
  setClock(aheadMs: number): Promise<void>
  /** From now on it takes every lease it asks for, as if there were none. */
  ignoreLeases(): Promise<void>
  /** Its next renewal will stop there. */
  holdAt(point: HoldingPoint): Promise<Hold>
  goOn(): void
  signal(name: 'SIGSTOP' | 'SIGCONT'): void
  /** Kills it with -9, if it still runs. */
  kill(): Promise<void>
}

const module = fileURLToPath(new URL('./bff-process.ts', import.meta.url))
const workspace = fileURLToPath(new URL('../../..', import.meta.url))

const isKind =
  <Kind extends FromProcess['kind']>(kind: Kind) =>
  (message: FromProcess): message is Extract<FromProcess, { kind: Kind }> =>
    message.kind === kind

const hear = async <Message extends FromProcess>(
  child: ChildProcess,
  isWanted: (message: FromProcess) => message is Message,
): Promise<Message> =>
  new Promise((resolve, reject) => {
    const stop = () => {
      child.off('message', listen)
      child.off('exit', fail)
    }
    const listen = (message: FromProcess) => {
      if (!isWanted(message)) return
      stop()
      resolve(message)
    }
    const fail = () => {
      stop()
      reject(new Error('The process ended before it answered.'))
    }
    child.on('message', listen)
    child.on('exit', fail)
  })

/** Starts a BFF over the sources, so that nothing need be built first. */
export const startProcess = async (options: BffProcessOptions): Promise<BffProcess> => {
  const child = fork(module, [JSON.stringify(options)], {
    cwd: workspace,
    execArgv: ['--conditions=@coatcheck/source', '--import', 'tsx'],
  })
  const tell = (message: ToProcess) => child.send(message)
  const obey = async (message: ToProcess) => {
    const done = hear(child, isKind('done'))
    tell(message)
    await done
  }
  const isRunning = () => child.exitCode === null && child.signalCode === null
  const agent = createAgent()
  const { port } = await hear(child, isKind('ready'))
  return {
    send: (call) => send({ ...call, agent, port }),
    isRunning,
    setClock: (aheadMs) => obey({ kind: 'set-clock', aheadMs }),
    ignoreLeases: () => obey({ kind: 'ignore-leases' }),
    holdAt: async (at) => {
      const reached = hear(child, isKind('held'))
      await obey({ kind: 'hold', at })
      return { reached }
    },
    goOn: () => tell({ kind: 'go-on' }),
    signal: (name) => {
      child.kill(name)
    },
    kill: async () => {
      agent.destroy()
      if (!isRunning()) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
