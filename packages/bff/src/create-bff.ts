import type { IncomingMessage, ServerResponse } from 'node:http'
import { routes } from '@coatcheck/wire'
import Koa, { type Middleware } from 'koa'
import type { BffContext } from './bff-context.ts'
import { defaults } from './defaults.ts'
import { describeFailure } from './log.ts'
import type { BffOptions } from './options.ts'
import { createBreaker } from './provider/create-breaker.ts'
import { createProvider } from './provider/create-provider.ts'
import { createRevocationQueue } from './provider/create-revocation-queue.ts'
import { createFlights } from './renewal/create-flights.ts'
import { createLeases } from './renewal/create-leases.ts'
import { answerErrors } from './requests/answer-errors.ts'
import { createShortcut } from './requests/create-shortcut.ts'
import { setSafeHeaders } from './requests/set-safe-headers.ts'
import { type ResolvedOptions, resolveOptions } from './resolve-options.ts'
import { createRouter } from './router.ts'
import { createSealer } from './sealing/create-sealer.ts'
import { createKoaSession, type KoaSession } from './sessions/create-koa-session.ts'
import { createSecrets } from './sessions/create-secrets.ts'
import { createSessions } from './sessions/create-sessions.ts'
import { endSessionsOf, type SessionFilter } from './sessions/end-sessions-of.ts'
import { followSessions } from './sessions/follow-sessions.ts'
import { createProviderLogouts } from './sessions/provider-logout.ts'
import { sealAnew } from './sessions/seal-anew.ts'
import { createSessionIndex } from './sessions/session-index.ts'
import { createSessionNews } from './sessions/session-news.ts'
import { within } from './within.ts'

/** A running BFF. */
export interface Bff {
  /** For a Koa application: answers every path below `basePath`, passes on all others. */
  readonly middleware: Middleware
  /** For `node:http`: answers every request, with a 404 outside `basePath`. */
  readonly callback: (request: IncomingMessage, response: ServerResponse) => void
  /**
   * Ends one session by its `sid`, or every session of a user by their `sub` at the provider, for
   * the operators' own tools: it asks nobody for permission. The next request is refused in every
   * process, open pages learn at once, and the refresh tokens are revoked.
   *
   * @returns how many sessions ended
   * @throws StoreError when the store cannot be reached; some may have ended by then, and what was
   * begun is tried again for ten minutes
   */
  endSessions(filter: SessionFilter): Promise<number>
  /**
   * Ends event streams and waits, at most ten seconds, for renewals, ends and revocations under way.
   * Closes neither store nor server. What is left then is logged and keeps no process alive.
   */
  close(): Promise<void>
}

const createContext = (options: ResolvedOptions): BffContext & { koaSession: KoaSession } => {
  const { store, now, randomBytes, sealingKeys: keys } = options
  const sealer = (purpose: string) => createSealer({ keys, purpose, randomBytes })
  const sealers = { tokenSealer: sealer('token set'), secretSealer: sealer('next session secret') }
  const limitMs = options.provider.timeoutMs * 2 + defaults.leaseLimitExtraMs
  const index = createSessionIndex({ store, now })
  const news = createSessionNews(options)
  const sessions = followSessions({
    sessions: createSessions({
      store,
      now,
      randomBytes,
      idleSeconds: options.session.idleSeconds,
      sealAnew: (record) => sealAnew(sealers, record),
    }),
    index,
    news,
    log: options.log,
  })
  const provider = createProvider(options)
  const revocations = createRevocationQueue({
    ...options,
    sealer: sealer('revocation'),
    attempt: provider.revoke,
  })
  const secrets = createSecrets({ keys, randomBytes })
  const bff: BffContext = {
    options,
    sessions,
    index,
    news,
    providerLogouts: createProviderLogouts({ store, now }),
    revocations,
    secrets,
    provider,
    ...sealers,
    transactionSealer: sealer('transaction'),
    logoutSealer: sealer('logout state'),
    flights: createFlights(),
    leases: createLeases({ store, now, randomBytes, limitMs }),
    breaker: createBreaker(options),
  }
  return { ...bff, koaSession: createKoaSession(bff) }
}

const isHangUp = (failure: unknown): boolean =>
  failure instanceof Error && 'code' in failure && failure.code === 'ERR_STREAM_PREMATURE_CLOSE'

/**
 * Makes a backend-for-frontend: the confidential OAuth client of a single-page app (RFC 10017).
 *
 * @throws BffError `configuration_invalid`, naming every option at fault and its remedy
 */
export const createBff = (options: BffOptions): Bff => {
  const resolved = resolveOptions(options)
  const bff = createContext(resolved)
  const parsedBodies = new WeakMap<IncomingMessage, unknown>()
  const toFlow = createRouter(bff)
  const route: Middleware = (ctx, next) => {
    ctx.state.parsedBody = parsedBodies.get(ctx.req)
    return toFlow(ctx, next)
  }

  const app = new Koa()
  app.use(setSafeHeaders)
  app.use(answerErrors(resolved))
  const shortcut = createShortcut({ app, route, path: `${resolved.basePath}${routes.token}` })
  app.use(shortcut.rethrow)
  app.use(route)
  app.on('error', (failure: unknown) => {
    // A page that closes its event stream is no failure.
    if (isHangUp(failure)) return
    const fields = { event: 'response.failed', failure: describeFailure(failure) }
    resolved.log.error(fields, 'An answer could not be sent.')
  })
  const answer = shortcut.before(app.callback())

  const middleware: Middleware = async (ctx, next) => {
    const isOurs = `${ctx.path}/`.startsWith(`${resolved.basePath}/`)
    if (!isOurs) return next()
    const { body } = ctx.request as { body?: unknown }
    if (body !== undefined) parsedBodies.set(ctx.req, body)
    ctx.respond = false
    await answer(ctx.req, ctx.res)
  }

  const revokeDue = () => void bff.flights.run('revocations', 'due', () => bff.revocations.runDue())
  const revoking = setInterval(revokeDue, defaults.revocationPollMs)
  revoking.unref()

  return {
    middleware,
    callback: (request, response) => void answer(request, response),
    endSessions: (filter) => endSessionsOf(bff, filter),
    close: async () => {
      clearInterval(revoking)
      await bff.news.close()
      const settled = bff.flights.settled().then(() => 'settled' as const)
      const outcome = await within<'settled' | 'left'>(defaults.shutdownMs, settled, 'left')
      if (outcome === 'settled') return
      resolved.log.error(
        { event: 'shutdown.work_left' },
        'Renewals, ends or revocations were still under way at the shutdown and may be lost.',
      )
    },
  }
}
