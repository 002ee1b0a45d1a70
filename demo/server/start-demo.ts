import { randomBytes } from 'node:crypto'
import { type Bff, createBff, type Log, type SessionOptions } from '@coatcheck/bff'
import {
  createDevIdp,
  type DevIdp,
  DevIdpError,
  type DevIdpOptions,
  type Fault,
} from '@coatcheck/dev-idp'
import { createMemoryStore } from '@coatcheck/store'
import Koa from 'koa'
import { createOrdersApi, ordersScope } from './create-orders-api.ts'
import { type Listening, listen } from './listen.ts'
import { createPage } from './page.ts'
import { choosePorts, type Ports, portInUse } from './ports.ts'

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

/** The parts that the app's own server is made of. */
interface AppOptions {
  readonly demo: DemoOptions
  readonly url: string
  readonly apiUrl: string
  readonly issuer: string
  readonly clientSecret: string
}

const createDemoBff = ({ demo, url, apiUrl, issuer, clientSecret }: AppOptions) => {
  const store = createMemoryStore()
  const bff: Bff = createBff({
    publicUrl: url,
    provider: { issuer, clientId, clientSecret },
    resources: { orders: { mode: 'token', audience: apiUrl, scope: ordersScope } },
    store,
    // Sessions live in memory, so their keys need not outlive the process either.
    sealingKeys: [randomText()],
    session: { ...demo.session, claims: ['sub', 'name', 'email', 'preferred_username', 'roles'] },
    ...(demo.log !== undefined && { log: demo.log }),
  })
  const close = async () => {
    await bff.close()
    await store.close()
  }
  return { bff, close }
}

const serveApp = (listening: Listening, options: AppOptions): Closer => {
  const { accessTokenSeconds = defaultAccessTokenSeconds } = options.demo
  const { bff, close } = createDemoBff(options)
  const app = new Koa()
  app.on('error', (error: NodeJS.ErrnoException) => {
    // A browser that leaves in the middle of a file is no error.
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') app.onerror(error)
  })
  app.use(bff.middleware)
  app.use(createPage({ apiOrigin: options.apiUrl, accessTokenSeconds }))
  listening.server.on('request', app.callback())
  return close
}

/** What the provider has to know of the others. */
interface IdpOptions extends Pick<AppOptions, 'demo' | 'url' | 'apiUrl' | 'clientSecret'> {
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

const startAll = async (options: DemoOptions, closers: Closer[]): Promise<Omit<Demo, 'close'>> => {
  const begin = <Started extends { close: Closer }>(started: Started): Started => {
    closers.push(started.close)
    return started
  }
  const ports = choosePorts(options.port ?? 4000)
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
  closers.push(serveApp(app, { demo: options, url, apiUrl, issuer, clientSecret }))
  return { url, apiUrl, issuer, idp }
}

/**
 * Starts the whole demo in this process: the app with its BFF, the orders API on another origin,
 * and the provider on another site.
 *
 * @throws DemoError `port_invalid`, `port_in_use`, `page_missing`
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
