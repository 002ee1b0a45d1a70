import type { Server } from 'node:http'
import { createBff, type Log, type SessionOptions } from '@coatcheck/bff'
import { createSqliteStore } from '@coatcheck/store/sqlite'
import Koa from 'koa'
import { ordersScope } from './create-orders-api.ts'
import { createPage } from './page.ts'

/** What the app's own server is made of. */
export interface AppOptions {
  /** Origin of the app. */
  readonly url: string
  /** Origin of the orders API, and its audience. */
  readonly apiUrl: string
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly accessTokenSeconds: number
  /** SQLite file of the sessions. */
  readonly storePath: string
  /** Must outlive the BFF, or the sessions in the file do not. */
  readonly sealingKey: string
  readonly session: Pick<SessionOptions, 'idleSeconds' | 'absoluteSeconds'> | undefined
  readonly log: Log | undefined
}

/** The app's server, of which everything but the file and the port can be made anew. */
export interface ServedApp {
  /** Ends the BFF and its store and makes others over the same file; requests wait meanwhile. */
  readonly restart: () => Promise<void>
  readonly close: () => Promise<void>
}

const claims = ['sub', 'name', 'email', 'preferred_username', 'roles']

const createDemoBff = (options: AppOptions) => {
  const { url, apiUrl, issuer, clientId, clientSecret, sealingKey, session, log } = options
  const store = createSqliteStore({ path: options.storePath })
  const bff = createBff({
    publicUrl: url,
    provider: { issuer, clientId, clientSecret },
    resources: { orders: { mode: 'token', audience: apiUrl, scope: ordersScope } },
    store,
    sealingKeys: [sealingKey],
    session: { ...session, claims },
    ...(log !== undefined && { log }),
  })
  const close = async () => {
    await bff.close()
    await store.close()
  }
  return { bff, close }
}

const openApp = (options: AppOptions) => {
  const { apiUrl: apiOrigin, accessTokenSeconds } = options
  const page = createPage({ apiOrigin, accessTokenSeconds })
  const { bff, close } = createDemoBff(options)
  const app = new Koa()
  app.on('error', (error: NodeJS.ErrnoException) => {
    // A browser that leaves in the middle of a file is no error.
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') app.onerror(error)
  })
  app.use(bff.middleware)
  app.use(page)
  return { answer: app.callback(), close }
}

/** Serves the BFF and the page. @throws DemoError `page_missing` */
export const serveApp = (server: Server, options: AppOptions): ServedApp => {
  let running = Promise.resolve(openApp(options))
  server.on('request', (request, response) => {
    running.then(
      ({ answer }) => answer(request, response),
      () => response.destroy(),
    )
  })
  const restart = async () => {
    running = running.then(async (old) => {
      await old.close()
      return openApp(options)
    })
    await running
  }
  return {
    restart,
    // Whoever asked for a restart that failed has been told.
    close: () =>
      running.then(
        (app) => app.close(),
        () => undefined,
      ),
  }
}
