import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { askRedis, askUntil } from './ask.ts'
import { findRedisServer } from './find-redis-server.ts'
import { findFreePort } from './free-port.ts'

/** Options of {@link startRedisServer}. */
export interface RedisServerOptions {
  /** Lines of the server's configuration, such as `appendonly yes`. Default none. */
  readonly config?: readonly string[]
  /** Whether it is a data server or a sentinel. Default `server`. */
  readonly role?: 'server' | 'sentinel'
}

/** A real server that the tests may do anything to, on 127.0.0.1 and in a directory of its own. */
export interface RedisServer {
  readonly port: number
  /** `redis://127.0.0.1:PORT` */
  readonly url: string
  /** Asks it one thing; for replies that are a status, a number or a text. */
  readonly ask: (command: string) => Promise<string>
  /** Ends it, by default at once and without warning as `kill -9` does, and keeps its files. */
  readonly kill: (signal?: 'SIGKILL' | 'SIGTERM') => Promise<void>
  /** Starts it again on the same port, with the files it left. */
  readonly restart: () => Promise<void>
  /** Stops it in its tracks: connections stay open, nothing answers. */
  readonly freeze: () => void
  /** Ends a `freeze`. */
  readonly thaw: () => void
  /** Ends it and removes its files. */
  readonly dispose: () => Promise<void>
}

const baseConfig = (port: number, directory: string): readonly string[] => [
  `port ${port}`,
  'bind 127.0.0.1',
  'protected-mode no',
  'daemonize no',
  'save ""',
  // By default a master waits five seconds for more replicas to come.
  'repl-diskless-sync-delay 0',
  // The first ping is the first thing a replica confirms.
  'repl-ping-replica-period 1',
  `dir ${directory}`,
  `logfile ${join(directory, 'redis.log')}`,
]

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

/** The server has ended at once, as it does if another has its port. */
class PortTakenError extends Error {}

/** Another server may have the port, and it would answer for this one until this one has ended. */
const askOnce = async ({ pid }: ChildProcess, port: number): Promise<string> => {
  const info = await askRedis(port, 'INFO server')
  return info.includes(`process_id:${pid}\r`) ? askRedis(port, 'PING') : 'another server'
}

const launch = async (executable: string, parameters: readonly string[], port: number) => {
  const child = spawn(executable, parameters, { stdio: 'ignore' })
  // No test run, however it ends, leaves a server behind.
  const killWithUs = () => child.kill('SIGKILL')
  process.once('exit', killWithUs)
  child.once('exit', () => process.removeListener('exit', killWithUs))
  try {
    await askUntil(
      async () => (hasEnded(child) ? 'ended' : askOnce(child, port)),
      (answer) => answer === 'PONG' || answer === 'ended',
    )
    if (hasEnded(child)) {
      throw new PortTakenError('redis-server ended at its start; is the port taken?')
    }
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  return child
}

interface Place {
  readonly port: number
  readonly directory: string
  readonly parameters: readonly string[]
}

type FindPort = () => Promise<number>

const findPlace = async (findPort: FindPort, options: RedisServerOptions): Promise<Place> => {
  const { config = [], role = 'server' } = options
  const port = await findPort()
  const directory = mkdtempSync(join(tmpdir(), 'coatcheck-redis-'))
  const file = join(directory, 'redis.conf')
  writeFileSync(file, [...baseConfig(port, directory), ...config, ''].join('\n'))
  return { port, directory, parameters: role === 'sentinel' ? [file, '--sentinel'] : [file] }
}

/** A port that was free may be taken when the server comes to it; then it gets another. */
const launchSomewhere = async (
  executable: string,
  findPort: FindPort,
  options: RedisServerOptions,
  attempts = 5,
): Promise<Place & { readonly child: ChildProcess }> => {
  const place = await findPlace(findPort, options)
  try {
    return { ...place, child: await launch(executable, place.parameters, place.port) }
  } catch (error) {
    rmSync(place.directory, { recursive: true, force: true })
    if (!(error instanceof PortTakenError) || attempts <= 1) throw error
    return launchSomewhere(executable, findPort, options, attempts - 1)
  }
}

/** As {@link startRedisServer}, on the first port of those found that nobody has taken meanwhile. */
export const startRedisServerOn = async (
  findPort: FindPort,
  options: RedisServerOptions = {},
): Promise<RedisServer> => {
  const executable = findRedisServer()
  if (executable === undefined) throw new Error('redis-server is not installed.')
  const place = await launchSomewhere(executable, findPort, options)
  const { port, directory, parameters } = place
  let { child } = place

  const kill = async (signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL') => {
    if (hasEnded(child)) return
    const exit = once(child, 'exit')
    child.kill(signal)
    // A frozen process takes only this one at once.
    if (signal !== 'SIGKILL') child.kill('SIGCONT')
    await exit
  }

  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    ask: (command) => askRedis(port, command),
    kill,
    restart: async () => {
      await kill()
      child = await launch(executable, parameters, port)
    },
    freeze: () => {
      child.kill('SIGSTOP')
    },
    thaw: () => {
      child.kill('SIGCONT')
    },
    dispose: async () => {
      await kill()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Starts `redis-server` and resolves when it answers. */
export const startRedisServer = (options: RedisServerOptions = {}): Promise<RedisServer> =>
  startRedisServerOn(findFreePort, options)
