import type { RequestHandler } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest'
import { apiOrigin, createFakeBff, type FakeBff, otherApiOrigin } from './fake-bff.fixture.ts'
import { type AuthClient, type AuthClientOptions, createAuthClient } from './index.ts'
import { openPage, type Page } from './page.fixture.ts'

/** What every test starts with. */
export interface Stage {
  bff: FakeBff
  page: Page
  /** Opens another page at a path of the app. */
  readonly open: (path: string) => void
  /** Answers some requests otherwise, until the end of the test. */
  readonly use: (...handlers: RequestHandler[]) => void
  /** Creates a client of the page; it is disposed of after the test. */
  readonly create: (options?: Partial<AuthClientOptions>) => AuthClient
  /** The same, after the first session check. */
  readonly createReady: (options?: Partial<AuthClientOptions>) => Promise<AuthClient>
}

/** Sets the stage for the tests of one file. */
export const setStage = (): Stage => {
  const server = setupServer()
  const clients: AuthClient[] = []
  const stage: Stage = {
    bff: undefined as unknown as FakeBff,
    page: undefined as unknown as Page,
    open: (path) => {
      stage.page = openPage(path)
    },
    use: (...handlers) => server.use(...handlers),
    create: (options) => {
      const client = createAuthClient({
        resources: { orders: { origin: apiOrigin }, reports: { origin: otherApiOrigin } },
        random: () => 0.5,
        ...stage.page.clocks,
        ...options,
      })
      clients.push(client)
      return client
    },
    createReady: async (options) => {
      const client = stage.create(options)
      await client.ready()
      await stage.page.idle()
      return client
    },
  }
  beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    stage.bff = createFakeBff()
    server.use(...stage.bff.handlers)
    stage.open('/')
  })
  afterEach(() => {
    for (const client of clients.splice(0)) client.dispose()
    server.resetHandlers()
    vi.unstubAllGlobals()
    vi.useRealTimers()
  })
  afterAll(() => server.close())
  return stage
}
