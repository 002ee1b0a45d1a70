import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log, SessionOptions } from '@coatcheck/bff'
import {
  createDevIdp,
  type DevIdp,
  DevIdpError,
  type DevIdpOptions,
  type Fault,
} from '@coatcheck/dev-idp'
import { createOrdersApi, ordersScope } from './create-orders-api.ts'
import { listen } from './listen.ts'
import { choosePorts, type Ports, portInUse } from './ports.ts'
import { serveApp } from './serve-app.ts'

/** Options of {@link startDemo}. */
export interface DemoOptions {
  /** Port of the app; the API takes the next one, the provider the one after. 0: three free ones. Default 4000. */
  readonly port?: number
  /** Life of an access token in seconds. Default 300. */
  readonly accessTokenSeconds?: number
  /** Who can log in. Default: alice (role user) and bob (role admin). */
  readonly users?: NonNullable<DevIdpOptions['users']>
  /** Faults of the provider in force from the start; `idp.faults` changes them later. Default none. */
  readonly faults?: readonly Fault[]
  /** Limits of a session. Default: those of `createBff`. */
  readonly session?: Pick<SessionOptions, 'idleSeconds' | 'absoluteSeconds'>
  /** Where the BFF reports to. Default: JSON lines on standard output, from `warn` on. */
  readonly log?: Log
}

/** The running demo. */
export interface Demo {
  /** Origin of the app, for example `http://localhost:4000`. */
  readonly url: string
  /** Origin of the orders API. */
  readonly apiUrl: string
  /** The provider, on another site than the app. */
  readonly issuer: string
  /** Counters, faults and sessions of the provider. */
  readonly idp: DevIdp
  /** SQLite file of the sessions, in a temporary folder that goes with the demo. */
  readonly storePath: string
  /**
   * Ends the BFF and starts another over the same file, as a deployment would: everybody stays
   * logged in. The provider goes on; it forgets every login when the whole demo ends, which is why
   * the file goes with it.
   */
  restartBff(): Promise<void>
  /** Stops everything. Calling it again does nothing. */
  close(): Promise<void>
}

/** Short enough to watch one run out and be renewed. */
const defaultAccessTokenSeconds = 300

const clientId = 'coatcheck-demo'

const randomText = (): string => randomBytes(32).toString('base64url')

type Closer = () => Promise<void>

/** Ends what was begun, the last first. */
const closeAll = async (closers: Closer[]): Promise<void> => {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close()
}

const isBusy = (error: unknown): boolean =>
  (error instanceof DevIdpError && error.code === 'port_in_use') ||
  (error as NodeJS.ErrnoException | undefined)?.code === 'EADDRINUSE'

const claim = async <Claimed>(
  ports: Ports,
  name: keyof Ports,
  start: (port: number) => Promise<Claimed>,
): Promise<Claimed> => {
  const purposes = { app: 'the app', api: 'the orders API', provider: 'the provider' }
  try {
    return await start(ports[name])
  } catch (error) {
    throw isBusy(error) ? portInUse(ports[name], purposes[name], ports.app, error) : error
  }
}

/** What the provider has to know of the others. */
interface IdpOptions {
  readonly demo: DemoOptions
  readonly url: string
  readonly apiUrl: string
  readonly clientSecret: string
  readonly port: number
}

const startIdp = ({ demo, url, apiUrl, clientSecret, port }: IdpOptions): Promise<DevIdp> =>
  createDevIdp({
    port,
    resources: [{ audience: apiUrl, scope: ordersScope, alg: 'ES256' }],
    clients: [
      {
        clientId,
        clientSecret,
        clientName: 'Coatcheck demo',
        redirectUris: [`${url}/bff/callback`],
        postLogoutRedirectUris: [`${url}/bff/logout/callback`],
      },
    ],
    lifetimes: { accessTokenSeconds: demo.accessTokenSeconds ?? defaultAccessTokenSeconds },
    ...(demo.users !== undefined && { users: demo.users }),
    ...(demo.faults !== undefined && { faults: demo.faults }),
  })

/** A folder for this run alone; what is in it is gone when the demo is. */
const makeFolder = async () => {
  const path = await mkdtemp(join(tmpdir(), 'coatcheck-demo-'))
  return { path, close: () => rm(path, { recursive: true, force: true }) }
}

const startAll = async (options: DemoOptions, closers: Closer[]): Promise<Omit<Demo, 'close'>> => {
  const begin = <Started extends { close: Closer }>(started: Started): Started => {
    closers.push(started.close)
    return started
  }
  const ports = choosePorts(options.port ?? 4000)
  const folder = begin(await makeFolder())
  const app = begin(await claim(ports, 'app', listen))
  const api = begin(await claim(ports, 'api', listen))
  const url = `http://localhost:${app.port}`
  const apiUrl = `http://localhost:${api.port}`
  const clientSecret = randomText()
  const idp = begin(
    await claim(ports, 'provider', (port) =>
      startIdp({ demo: options, url, apiUrl, clientSecret, port }),
    ),
  )
  const { issuer } = idp
  const ordersApi = createOrdersApi({ issuer, audience: apiUrl, appOrigin: url })
  api.server.on('request', ordersApi.callback())
  const storePath = join(folder.path, 'sessions.sqlite')
  const { restart } = begin(
    serveApp(app.server, {
      ...{ url, apiUrl, issuer, clientId, clientSecret, storePath },
      accessTokenSeconds: options.accessTokenSeconds ?? defaultAccessTokenSeconds,
      sealingKey: randomText(),
      session: options.session,
      log: options.log,
    }),
  )
  return { url, apiUrl, issuer, idp, storePath, restartBff: restart }
}

/**
 * Starts the whole demo in this process: the app with its BFF, the orders API on another origin,
 * and the provider on another site.
 *
 * @throws DemoError `port_invalid`, `port_in_use`, `page_missing`
 * @throws StoreError when the file for the sessions cannot be opened
 */
export const startDemo = async (options: DemoOptions = {}): Promise<Demo> => {
  const closers: Closer[] = []
  try {
    const started = await startAll(options, closers)
    return { ...started, close: () => closeAll(closers) }
  } catch (error) {
    await closeAll(closers)
    throw error
  }
}
