import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createBff } from '@coatcheck/bff'
import { createDevIdp, type DevIdp } from '@coatcheck/dev-idp'
import { createMemoryStore, type Store } from '@coatcheck/store'
import Koa from 'koa'
import { type Api, createApi } from './create-api.ts'
import { createTokenWatch, type TokenWatch } from './token-watch.ts'

/** BFF and page on http://localhost, provider on http://127.0.0.1: two sites, as in life. */
export interface System {
  readonly origin: string
  readonly idp: DevIdp
  readonly api: Api
  readonly store: Store
  /** Every token the provider has issued to the BFF. */
  readonly tokens: TokenWatch
  /** BFF requests by `METHOD path`, in order. */
  readonly bffRequests: string[]
  /** Bytes of the longest headers that a request to the BFF's origin came with. */
  longestHeaders(): number
  /** Serves a page or a script of the test's own. */
  serve(path: string, type: string, body: string, headers?: Readonly<Record<string, string>>): void
  /** Stops the BFF and everything it holds in memory; after `meanwhile` another takes its place. */
  restartBff(meanwhile: () => Promise<void>): Promise<void>
  /** Moves the BFF's clock. */
  advanceBff(seconds: number): void
  close(): Promise<void>
}

const audience = 'https://orders.example'

/** A page with the built SDK in it and nothing else; the tests drive it by script. */
const pageOf = (apiOrigin: string) => `<!doctype html>
<html lang="en"><title>App</title><h1>App</h1>
<script type="module">
import { createAuthClient } from '/client/index.js'
const client = createAuthClient({ resources: { orders: { origin: ${JSON.stringify(apiOrigin)} } } })
globalThis.auth = client
globalThis.events = []
/** A subpath of the SDK, such as popup. */
globalThis.load = (name) => import(\`/client/\${name}/index.js\`)
for (const name of ['loginRequired', 'tokenRenewed', 'sessionExpiring', 'sessionEnded', 'userChanged']) {
  client.on(name, () => events.push(name))
}
</script></html>`

const silent = { info: () => {}, warn: () => {}, error: () => {} }

/** As they stood on the wire: name, colon, blank, value, line end. */
const bytesOf = ({ rawHeaders }: IncomingMessage): number =>
  rawHeaders.reduce((bytes, text) => bytes + text.length + 2, 0)

/** The folder of the built SDK, whose files import one another. */
const clientFolder = () => new URL('.', import.meta.resolve('@coatcheck/client'))

const clientPath = /^\/client\/((?:[\w-]+\/)?[\w-]+\.js)$/

interface Served {
  readonly type: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

const stop = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

export const startSystem = async (): Promise<System> => {
  let skewMs = 0
  const app = new Koa()
  // Bound late: the origin is part of the configuration of what answers there.
  const server = createServer(
    { keepAliveTimeout: 75_000 },
    (request, response) => void answer(request, response),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`
  const idp = await createDevIdp({
    clients: [
      {
        clientId: 'app',
        clientSecret: 'a-secret-of-the-end-to-end-tests',
        redirectUris: [`${origin}/bff/callback`],
        postLogoutRedirectUris: [`${origin}/bff/logout/callback`],
      },
    ],
    resources: [{ audience, scope: 'orders:read', alg: 'ES256' }],
  })
  const api = await createApi({ appOrigin: origin, issuer: idp.issuer, audience })
  const tokens = createTokenWatch()
  const store = createMemoryStore({ now: () => Date.now() + skewMs })
  const openBff = () =>
    createBff({
      publicUrl: origin,
      provider: {
        issuer: idp.issuer,
        clientId: 'app',
        clientSecret: 'a-secret-of-the-end-to-end-tests',
        timeoutMs: 3000,
      },
      resources: { orders: { mode: 'token', audience, scope: 'orders:read' } },
      store,
      sealingKeys: [Buffer.alloc(32, 1).toString('base64url')],
      now: () => Date.now() + skewMs,
      fetch: tokens.watch(fetch),
      log: silent,
    })
  let bff = openBff()
  const served = new Map<string, Served>()
  const bffRequests: string[] = []
  let longestHeaders = 0
  app.use(async (ctx, next) => {
    longestHeaders = Math.max(longestHeaders, bytesOf(ctx.req))
    if (ctx.path.startsWith('/bff/')) bffRequests.push(`${ctx.method} ${ctx.path}`)
    await next()
  })
  app.use((ctx, next) => bff.middleware(ctx, next))
  app.use(async (ctx) => {
    ctx.set('cache-control', 'no-cache')
    const own = served.get(ctx.path)
    const [, file] = clientPath.exec(ctx.path) ?? []
    if (own) {
      ctx.set(own.headers)
      ctx.type = own.type
      ctx.body = own.body
    } else if (file !== undefined) {
      ctx.type = 'text/javascript'
      ctx.body = await readFile(new URL(file, clientFolder()))
    } else if (ctx.path === '/' || ctx.path.startsWith('/page')) {
      ctx.type = 'text/html'
      ctx.body = pageOf(api.origin)
    }
  })
  const answer = app.callback()
  return {
    origin,
    idp,
    api,
    store,
    tokens,
    bffRequests,
    longestHeaders: () => longestHeaders,
    serve: (path, type, body, headers = {}) => {
      served.set(path, { type, body, headers })
    },
    restartBff: async (meanwhile) => {
      const { port } = new URL(origin)
      await stop(server)
      await bff.close()
      await meanwhile()
      bff = openBff()
      await new Promise<void>((resolve) => server.listen(Number(port), '127.0.0.1', resolve))
    },
    advanceBff: (seconds) => {
      skewMs += seconds * 1000
    },
    close: async () => {
      await bff.close()
      await Promise.all([idp.close(), api.close(), store.close()])
      await stop(server)
    },
  }
}
