import type { Server } from 'node:http'
import Koa from 'koa'
import type { DestinationStream } from 'pino'
import type { ServerConfig } from '../config/server-config.ts'
import { createBff } from '../create-bff.ts'
import { RequestProblem } from '../errors.ts'
import type { Log, LogFields } from '../log.ts'
import { answerErrors } from '../requests/answer-errors.ts'
import { within } from '../within.ts'
import { answerRefusals } from './answer-refusals.ts'
import { transportHeaders } from './app-headers.ts'
import { createIdHasher } from './create-id-hasher.ts'
import { createMetrics, type Metrics } from './create-metrics.ts'
import { createOperatorsApp } from './create-operators-app.ts'
import { createServerLog } from './create-server-log.ts'
import { type Listening, listen } from './listen.ts'
import { createActiveRequests, observeRequests } from './observe-requests.ts'
import { type OpenedStore, openStore } from './open-store.ts'
import { serveFiles } from './serve-files.ts'

/** What a test holds in place of the real thing. */
export interface ServerPorts {
  /** Clock in epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number
  /** Requests to the provider. Default the global `fetch`. */
  readonly fetch?: typeof fetch
  /** Where log lines go. Default standard output. */
  readonly logDestination?: DestinationStream
  /** Default: what the configuration names. */
  readonly openStore?: (choice: ServerConfig['store'], now: () => number) => Promise<OpenedStore>
}

/** A running server. */
export interface CoatcheckServer {
  /** Where the app is served. */
  readonly address: { readonly host: string; readonly port: number }
  /** Where the operators ask. */
  readonly operatorsAddress: { readonly host: string; readonly port: number }
  /**
   * Takes no more connections, finishes the renewals and answers under way within
   * `shutdownSeconds`, then closes the store. Calling it again does nothing more.
   */
  close(): Promise<void>
}

/** Lines without a code are counted under a dash. */
const countLines =
  (metrics: Metrics) =>
  (_level: keyof Log, { event, code }: LogFields) => {
    if (typeof event !== 'string' || event === 'http.request') return
    metrics.countEvent(event, typeof code === 'string' ? code : '-')
  }

const stopListening = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })

const createParts = (config: ServerConfig, ports: ServerPorts, { store }: OpenedStore) => {
  const { now = Date.now, fetch } = ports
  const active = createActiveRequests()
  const metrics = createMetrics({ activeRequests: active.count })
  const log = createServerLog({
    level: config.log.level,
    hashId: createIdHasher(config.bff.sealingKeys),
    now,
    destination: ports.logDestination,
    onLine: countLines(metrics),
  })
  const bff = createBff({ ...config.bff, store, log, now, ...(fetch !== undefined && { fetch }) })
  return { active, metrics, log, bff, now }
}

const createApp = (
  config: ServerConfig,
  { active, metrics, log, bff, now }: ReturnType<typeof createParts>,
): Koa => {
  const { trustProxy, static: files, headers } = config
  const basePath = config.bff.basePath ?? '/bff'
  const onEveryAnswer = transportHeaders(config)
  const app = new Koa()
  // Answers under way when a connection breaks are nobody's fault.
  app.silent = true
  app.use(observeRequests({ basePath, trustProxy, log, metrics, now }, active.begin))
  app.use(async (ctx, next) => {
    ctx.set(onEveryAnswer)
    await next()
  })
  app.use(bff.middleware)
  app.use(answerErrors({ log }))
  app.use(answerRefusals)
  if (files.directory !== undefined) {
    const { directory, immutablePath } = files
    app.use(serveFiles({ directory, immutablePath, headers }))
  }
  app.use(() => {
    throw new RequestProblem('not_found')
  })
  return app
}

/**
 * Starts what `coatcheck serve` runs: the app's files and the BFF on one port, health and metrics on
 * another.
 *
 * @throws BffError `configuration_invalid` when a port cannot be had
 * @throws StoreError when the store cannot be opened
 */
export const startServer = async (
  config: ServerConfig,
  ports: ServerPorts = {},
): Promise<CoatcheckServer> => {
  const opened = await (ports.openStore ?? openStore)(config.store, ports.now ?? Date.now)
  const parts = createParts(config, ports, opened)
  const { active, bff, log, metrics } = parts
  const listening: Listening[] = []
  let closing: Promise<void> | undefined

  const close = async (): Promise<void> => {
    log.info({ event: 'server.stopping' }, 'The server finishes what is under way.')
    active.drain()
    const [app, operators] = listening
    const stopped = app === undefined ? undefined : stopListening(app.server)
    const work = Promise.all([bff.close(), active.settled()]).then(() => 'finished' as const)
    const outcome = await within(config.shutdownSeconds * 1000, work, 'cut' as const)
    app?.server.closeAllConnections()
    await stopped
    await opened.close()
    log.info({ event: 'server.stopped', code: outcome }, 'The server stopped.')
    operators?.server.close()
    operators?.server.closeAllConnections()
  }

  const operatorsApp = createOperatorsApp({
    bearerToken: config.operators.bearerToken,
    store: opened.store,
    metrics,
    bff,
    log,
    isDraining: () => closing !== undefined,
  })
  const closeOnce = () => {
    closing ??= close()
    return closing
  }
  try {
    const app = await listen('listen', config.listen, createApp(config, parts).callback())
    listening.push(app)
    const operators = await listen('operators', config.operators, operatorsApp.callback())
    listening.push(operators)
    const places = { host: app.host, port: app.port, operatorsPort: operators.port }
    log.info({ event: 'server.started', ...places }, 'The server listens.')
    return {
      address: { host: app.host, port: app.port },
      operatorsAddress: { host: operators.host, port: operators.port },
      close: closeOnce,
    }
  } catch (error) {
    await closeOnce()
    throw error
  }
}
