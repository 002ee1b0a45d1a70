import type { IncomingMessage, ServerResponse } from 'node:http'
import type Koa from 'koa'
import type { Middleware } from 'koa'

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** The way round the framework. */
export interface Shortcut {
  /** Takes the calls it is for; leaves all others to `answer`, and those that fail. */
  readonly before: (answer: Answer) => Answer
  /** In the framework: throws what made such a call fail, to be answered as any other failure. */
  readonly rethrow: Middleware
}

export interface ShortcutOptions {
  readonly app: Koa
  /** Answers by itself, headers included, or throws; never by a body left on the context. */
  readonly route: Middleware
  /** Of the calls it is for, which are POST, without a query. */
  readonly path: string
}

const nothing = () => Promise.resolve()

/**
 * Hands the calls that come most often straight to their route, with every check that stands there.
 * Watching the end of an answer, a chain of middleware and the handling of bodies of all kinds would
 * cost as much as the answer itself.
 */
export const createShortcut = ({ app, route, path }: ShortcutOptions): Shortcut => {
  const failures = new WeakMap<IncomingMessage, { readonly failure: unknown }>()

  return {
    before: (answer) => async (request, response) => {
      if (request.url !== path || request.method !== 'POST') return answer(request, response)
      try {
        await route(app.createContext(request, response), nothing)
      } catch (failure) {
        failures.set(request, { failure })
        await answer(request, response)
      }
    },
    rethrow: (ctx, next) => {
      const failed = failures.get(ctx.req)
      if (failed !== undefined) throw failed.failure
      return next()
    },
  }
}
