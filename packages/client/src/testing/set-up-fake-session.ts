import type { RequestHandler } from 'msw'
import { createFakeSession, type FakeSession } from './create-fake-session.ts'
import type { FakeSessionOptions } from './options.ts'

/** What is used of `setupServer(...)` of `msw/node`. */
export interface FakeServer {
  readonly listen: (options?: { readonly onUnhandledRequest?: UnhandledRequests }) => void
  readonly close: () => void
  readonly resetHandlers: () => void
}

/** What is used of `setupWorker(...)` of `msw/browser`. */
export interface FakeWorker {
  readonly start: (options?: {
    readonly onUnhandledRequest?: UnhandledRequests
    readonly quiet?: boolean
  }) => Promise<unknown>
  readonly stop: () => void
  readonly resetHandlers: () => void
}

/** What MSW does about a request that no handler answers. */
export type UnhandledRequests = 'bypass' | 'warn' | 'error'

type Hook = (callback: () => void) => unknown

/** Hooks of the runner: those of vitest, or `afterEach` and `after` of node:test. */
export interface RunnerHooks {
  /** After each test the fake session and the handlers are as at the beginning. */
  readonly afterEach: Hook
  /** After the last one MSW gives the platform's functions back. */
  readonly afterAll: Hook
}

/** Options of `setUpFakeSession`: those of `createFakeSession`, and these. */
export interface SetUpOptions extends FakeSessionOptions {
  /** The app's own handlers, asked after those of the fake session. Default none. */
  readonly handlers?: readonly RequestHandler[]
  /** Default `warn` with a server; `bypass` with a worker, which sees the app's files as well. */
  readonly onUnhandledRequest?: UnhandledRequests
}

/** A fake session and the MSW server or worker it answers through. */
export interface FakeSetUp<Server> {
  readonly session: FakeSession
  readonly server: Server
}

const begin = async (
  server: FakeServer | FakeWorker,
  onUnhandledRequest: UnhandledRequests | undefined,
): Promise<void> => {
  if ('listen' in server) server.listen({ onUnhandledRequest: onUnhandledRequest ?? 'warn' })
  else await server.start({ onUnhandledRequest: onUnhandledRequest ?? 'bypass', quiet: true })
}

/**
 * Creates a fake session and has MSW listen at once, before the app is imported: a client created
 * by then would keep the platform's own `fetch`. To be awaited in a setup file of the runner.
 *
 * @param setUp `setupServer` of `msw/node`, or `setupWorker` of `msw/browser`
 *
 * @example
 * ```ts
 * import { setupServer } from 'msw/node'
 * import { afterAll, afterEach } from 'vitest'
 * import { setUpFakeSession } from '@coatcheck/client/testing'
 *
 * export const { session, server } = await setUpFakeSession(setupServer, { afterEach, afterAll })
 * ```
 */
export const setUpFakeSession = async <Server extends FakeServer | FakeWorker>(
  setUp: (...handlers: RequestHandler[]) => Server,
  { afterEach, afterAll }: RunnerHooks,
  { handlers = [], onUnhandledRequest, ...options }: SetUpOptions = {},
): Promise<FakeSetUp<Server>> => {
  const session = createFakeSession(options)
  const server = setUp(...session.handlers, ...handlers)
  await begin(server, onUnhandledRequest)
  afterEach(() => {
    session.reset()
    server.resetHandlers()
  })
  afterAll(() => {
    if ('listen' in server) server.close()
    else server.stop()
  })
  return { session, server }
}
