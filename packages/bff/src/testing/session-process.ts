import type { Store } from '@coatcheck/store'
import { parseSetCookie } from 'cookie'
import type { Context } from 'koa'
import type { BffContext } from '../bff-context.ts'
import { RequestProblem } from '../errors.ts'
import { session } from '../flows/session.ts'
import type { LogFields } from '../log.ts'
import { createFlights } from '../renewal/create-flights.ts'
import { resolveOptions } from '../resolve-options.ts'
import { createSealer } from '../sealing/create-sealer.ts'
import { createSecrets } from '../sessions/create-secrets.ts'
import { createSessions } from '../sessions/create-sessions.ts'
import { hashSecret } from '../sessions/hash-secret.ts'
import { sealAnew } from '../sessions/seal-anew.ts'
import type { SessionRecord } from '../sessions/session-record.ts'
import { sealTokenSet } from '../sessions/token-set.ts'

/** How a session call ended, with the cookie it set. */
export interface SessionCall {
  readonly outcome: 'live' | 'late' | 'unknown' | 'replayed' | 'ended'
  readonly setCookie: string | undefined
}

/** The session flow of one process without its server: fast enough for thousands of browsers. */
export interface SessionProcess {
  /** Makes a session; resolves to its cookie. */
  start(): Promise<string>
  call(cookie: string, options: { readonly slide: boolean }): Promise<SessionCall>
  /** How often an event was logged. */
  countOf(event: string): number
}

export interface SessionProcessOptions {
  readonly store: Store
  readonly now: () => number
  readonly randomBytes: (size: number) => Uint8Array
  readonly sealingKeys: readonly string[]
  readonly secretRotationSeconds?: number
}

const createParts = (given: SessionProcessOptions, log: (fields: LogFields) => void) => {
  const { store, now, randomBytes, sealingKeys, secretRotationSeconds = 600 } = given
  const options = resolveOptions({
    publicUrl: 'http://localhost:4000',
    provider: { issuer: 'https://provider.example', clientId: 'app', clientSecret: 'secret' },
    resources: { orders: { mode: 'token', scope: 'orders:read' } },
    store,
    sealingKeys,
    now,
    randomBytes,
    session: { secretRotationSeconds },
    log: { info: log, warn: log, error: log },
  })
  const sealer = (purpose: string) => createSealer({ keys: sealingKeys, purpose, randomBytes })
  const sealers = { tokenSealer: sealer('token set'), secretSealer: sealer('next session secret') }
  const { idleSeconds } = options.session
  const sessions = createSessions({
    store,
    now,
    idleSeconds,
    sealAnew: (record) => sealAnew(sealers, record),
  })
  const secrets = createSecrets({ keys: sealingKeys, randomBytes })
  return { options, ...sealers, sessions, secrets, flights: createFlights() }
}

const cookieName = '__Host-Http-coatcheck'

const outcomeOf = (body: unknown): SessionCall['outcome'] => {
  const { authenticated, reason } = body as { authenticated: boolean; reason?: string }
  if (authenticated) return 'live'
  if (reason === undefined) return 'unknown'
  return reason === 'replayed' ? 'replayed' : 'ended'
}

export const createSessionProcess = (given: SessionProcessOptions): SessionProcess => {
  const events: unknown[] = []
  const bff = createParts(given, ({ event }) => events.push(event))
  const { options, sessions, secrets, tokenSealer } = bff

  return {
    countOf: (event) => events.filter((logged) => logged === event).length,
    start: async () => {
      const sid = Buffer.from(given.randomBytes(16)).toString('base64url')
      const secret = secrets.issue(sid)
      const createdAt = options.now()
      const expiresAt = createdAt + options.session.absoluteSeconds * 1000
      const login = { issuer: '', subject: 'alice', user: { sub: 'alice' }, createdAt, expiresAt }
      await sessions.create({
        format: 2,
        sid,
        login,
        secret: { generation: 1, currentHash: hashSecret(secret), since: createdAt },
        tokens: {
          generation: 1,
          ...sealTokenSet(tokenSealer, sid, { nonce: '', access: {} }),
        },
      } as SessionRecord)
      return `${sid}.${secret}`
    },
    call: async (cookie, { slide }) => {
      let setCookie: string | undefined
      const ctx = {
        querystring: slide ? '' : 'slide=false',
        req: { headers: { cookie: `${cookieName}=${cookie}` } },
        append: (_name: string, line: string) => {
          setCookie = parseSetCookie(line).value
        },
        body: undefined,
      }
      try {
        await session(bff as unknown as BffContext, ctx as unknown as Context)
      } catch (failure) {
        const isLate = failure instanceof RequestProblem && failure.code === 'refresh_in_progress'
        if (!isLate) throw failure
        return { outcome: 'late', setCookie }
      }
      return { outcome: outcomeOf(ctx.body), setCookie }
    },
  }
}
