import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createBff, type Log } from '@coatcheck/bff'
import { createDevIdp, type DevIdp } from '@coatcheck/dev-idp'
import { createMemoryStore } from '@coatcheck/store'
import Koa from 'koa'
import { createApi, ordersScope } from './create-api.ts'
import { createPage } from './create-page.ts'

/** Options of {@link startExample}. */
export interface ExampleOptions {
  /** Folder of the built app; it is read at every request. */
  readonly directory: string
  /** Port of the app; the API takes the next one, the provider the one after. 0: free ones. */
  readonly port: number
  /** Where the BFF reports to. Default: JSON lines on standard output, from `warn` on. */
  readonly log?: Log
}

/** An app with everything it needs: BFF, API and provider. */
export interface Example {
  readonly url: string
  readonly apiUrl: string
  readonly issuer: string
  close(): Promise<void>
}

const clientId = 'example'

const randomText = (): string => randomBytes(32).toString('base64url')

const listen = (port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

// The provider is on http://127.0.0.1: another site than the app's, as in life.
const originOf = (server: Server): string =>
  `http://localhost:${(server.address() as AddressInfo).port}`

interface Places {
  readonly url: string
  readonly apiUrl: string
  readonly clientSecret: string
}

const startProvider = (places: Places, port: number): Promise<DevIdp> =>
  createDevIdp({
    port,
    resources: [{ audience: places.apiUrl, scope: ordersScope, alg: 'ES256' }],
    clients: [
      {
        clientId,
        clientSecret: places.clientSecret,
        redirectUris: [`${places.url}/bff/callback`],
        postLogoutRedirectUris: [`${places.url}/bff/logout/callback`],
      },
    ],
  })

/** Sessions live in memory: everybody is logged out when the example ends. */
const createExampleBff = ({ url, apiUrl, clientSecret }: Places, issuer: string, log?: Log) => {
  const store = createMemoryStore()
  const bff = createBff({
    publicUrl: url,
    provider: { issuer, clientId, clientSecret },
    resources: { orders: { mode: 'token', audience: apiUrl, scope: ordersScope } },
    store,
    sealingKeys: [randomText()],
    session: { claims: ['sub', 'name', 'email'] },
    ...(log !== undefined && { log }),
  })
  const stop = async (): Promise<void> => {
    await bff.close()
    await store.close()
  }
  return { middleware: bff.middleware, stop }
}

/** Starts the app's server with its BFF, the API on another origin, and the provider. */
export const startExample = async (options: ExampleOptions): Promise<Example> => {
  const { directory, port, log } = options
  const portAfter = (steps: number): number => (port === 0 ? 0 : port + steps)
  const appServer = await listen(port)
  const apiServer = await listen(portAfter(1))
  const places = {
    url: originOf(appServer),
    apiUrl: originOf(apiServer),
    clientSecret: randomText(),
  }
  const { url, apiUrl } = places
  const idp = await startProvider(places, portAfter(2))
  const bff = createExampleBff(places, idp.issuer, log)

  const app = new Koa()
  app.use(bff.middleware)
  app.use(createPage({ directory, apiOrigin: apiUrl }))
  appServer.on('request', app.callback())
  const api = createApi({ issuer: idp.issuer, audience: apiUrl, appOrigin: url })
  apiServer.on('request', api.callback())
  return {
    ...{ url, apiUrl, issuer: idp.issuer },
    close: async () => {
      await bff.stop()
      await Promise.all([close(appServer), close(apiServer), idp.close()])
    },
  }
}
