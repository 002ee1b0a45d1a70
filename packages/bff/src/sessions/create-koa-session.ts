import Koa, { type Context } from 'koa'
import session from 'koa-session'
import type { BffContext } from '../bff-context.ts'
import {
  readSessionCookie,
  type SessionCookie,
  setSessionCookie,
} from '../cookies/session-cookie.ts'
import { type EndedSession, endSession } from './end-session.ts'
import { hashSecret } from './hash-secret.ts'
import { identifySession } from './identify-session.ts'
import type { SessionRecord } from './session-record.ts'

/** The parts of a record that a login fills in. */
export type NewSession = Pick<SessionRecord, 'login' | 'device' | 'tokens'>

/** koa-session, held to the two changes that it can make safely. */
export interface KoaSession {
  /** Stores a new session and sets its cookies. The id is ours, never one the request brought. */
  create(ctx: Context, cookie: SessionCookie, content: NewSession): Promise<void>
  /**
   * Ends the session the request's cookie stands for, starts the revocation and deletes the cookie.
   * Resolves to `undefined` when there was none. Joins an end by logout that is still under way.
   */
  end(ctx: Context): Promise<EndedSession | undefined>
}

interface SessionContext extends Context {
  session: NewSession | null
}

/**
 * Plain koa-session writes whatever a request ends with: a late request revives a destroyed
 * session, overwrites a newer one, or puts an older id into the cookie of a new login. Here a write
 * is refused unless this very request made the id, removal is a compare-and-set, and the cookie is
 * set by nothing else; it commits at once, so nothing can throw between a change and its commit.
 */
export const createKoaSession = (bff: BffContext): KoaSession => {
  const { options, sessions } = bff
  const made = new WeakMap<Context, SessionCookie>()
  const ended = new WeakMap<Context, EndedSession>()
  const tombstones = new WeakMap<Context, string>()
  const app = new Koa()

  const run = session(
    {
      key: options.cookieNames.session,
      maxAge: options.session.absoluteSeconds * 1000,
      autoCommit: true,
      overwrite: true,
      httpOnly: true,
      signed: false,
      rolling: false,
      renew: false,
      secure: options.cookie.security === 'host-http',
      sameSite: 'strict',
      genid: (ctx: Context) => made.get(ctx)?.sid ?? '-',
      externalKey: {
        // A login never adopts an id: to it the request has no session.
        get: (ctx: Context) => (made.has(ctx) ? '' : (readSessionCookie(options, ctx)?.sid ?? '')),
        set: (ctx: Context) => {
          const cookie = made.get(ctx)
          if (cookie !== undefined) setSessionCookie(options, ctx, cookie)
        },
      },
      store: {
        get: async (_sid, _maxAge, { ctx }) => {
          const cookie = readSessionCookie(options, ctx)
          const lookup = await identifySession(bff, cookie)
          if (lookup.kind === 'ended' && cookie !== undefined) tombstones.set(ctx, cookie.sid)
          if (lookup.kind !== 'live') return undefined
          const { login, device, tokens } = lookup.session.record
          return { login, device, tokens }
        },
        set: async (sid, content: NewSession, _maxAge, { ctx }) => {
          const cookie = made.get(ctx)
          if (cookie?.sid !== sid) throw new Error('A session is changed by its own flow only.')
          const { login, device, tokens } = content
          const currentHash = hashSecret(cookie.secret)
          const secret = { generation: 1, currentHash, since: options.now() }
          const isNew = await sessions.create({ format: 2, sid, login, device, secret, tokens })
          if (!isNew) throw new Error('A fresh session id was taken: randomness is broken.')
        },
        destroy: async (sid, { ctx }) => {
          // Who asks again may find the tombstone of an end whose outcome is not known yet.
          const outcome = await endSession(bff, tombstones.get(ctx) ?? sid, 'logout')
          if (outcome !== undefined) ended.set(ctx, outcome)
        },
      },
    },
    app,
  )

  /** A context of our own app: koa-session ignores a second instance on the host's. */
  const enter = (outer: Context): SessionContext => {
    const ctx = app.createContext(outer.req, outer.res) as unknown as SessionContext
    // Cookies are Secure by configuration, whatever this hop's protocol is.
    ctx.cookies.secure = true
    return ctx
  }

  return {
    create: async (outer, cookie, content) => {
      const ctx = enter(outer)
      made.set(ctx, cookie)
      await run(ctx, async () => {
        ctx.session = { ...content }
      })
    },
    end: async (outer) => {
      const ctx = enter(outer)
      await run(ctx, async () => {
        ctx.session = null
      })
      return ended.get(ctx)
    },
  }
}
