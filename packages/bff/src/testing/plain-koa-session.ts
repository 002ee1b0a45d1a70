import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createMemoryStore } from '@coatcheck/store'
import Koa, { type Context } from 'koa'
import session from 'koa-session'
import { type Browser, createBrowser } from './browser.ts'

type Content = Record<string, unknown>

interface PlainContext extends Context {
  session: (Content & { regenerate(): Promise<void> }) | null
}

/** An application as the documentation of koa-session would have it, on a real port. */
export interface PlainKoaSession {
  readonly browser: Browser
  close(): Promise<void>
}

export interface PlainKoaSessionOptions {
  /** What the application does at each path. */
  readonly routes: Readonly<Record<string, (ctx: PlainContext) => unknown>>
  readonly rolling?: boolean
}

/** The usual external store: whatever it is given last is what counts. */
const createUsualStore = () => {
  const store = createMemoryStore()
  return {
    get: async (key: string) => {
      const entry = await store.get(key)
      return entry && JSON.parse(entry.value)
    },
    set: async (key: string, content: Content, maxAge: number) => {
      await store.drop(key)
      await store.put(key, { value: JSON.stringify(content), expiresAt: Date.now() + maxAge })
    },
    destroy: (key: string) => store.drop(key),
  }
}

export const createPlainKoaSession = async ({
  routes,
  rolling = false,
}: PlainKoaSessionOptions): Promise<PlainKoaSession> => {
  const app = new Koa()
  app.silent = true
  app.keys = ['a signing key']
  app.use(session({ store: createUsualStore(), maxAge: 60_000, rolling }, app))
  app.use(async (ctx) => {
    ctx.body = (await routes[ctx.path]?.(ctx as unknown as PlainContext)) ?? 'done'
  })
  const server = createServer(app.callback())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    browser: createBrowser(`http://localhost:${port}`),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
