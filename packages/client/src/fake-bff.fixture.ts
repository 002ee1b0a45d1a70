import { createHash } from 'node:crypto'
import type { ProblemCode, Retry, SessionAnswer, TokenRequest } from '@coatcheck/wire'
import { HttpResponse, http, type RequestHandler } from 'msw'
import { appOrigin } from './page.fixture.ts'

export const apiOrigin = 'http://localhost:4001'
export const otherApiOrigin = 'https://reports.example'

/** What a handler saw of a request. */
export interface Seen {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly body: string
  readonly cache: RequestCache
  readonly credentials: RequestCredentials
  readonly redirect: RequestRedirect
}

type Answer = Response | Promise<Response>
type Override = (seen: Seen) => Response | undefined | Promise<Response | undefined>

/** A problem as the BFF words it (RFC 9457). */
export const problem = (
  status: number,
  code: ProblemCode,
  retry: Retry,
  members: object = {},
): Response =>
  HttpResponse.json(
    { type: 'about:blank', title: code, status, code, retry, ...members },
    { status, headers: { 'content-type': 'application/problem+json' } },
  ) as Response

/** A BFF and two APIs behind MSW. Tests change its members to play what life brings. */
export interface FakeBff {
  user: { sub: string; name?: string }
  sid: string
  /** Whether the browser's cookie stands for a live session. */
  isLoggedIn: boolean
  /** Why a session is over. */
  reason: string | undefined
  expiresInSeconds: number
  idleExpiresInSeconds: number
  tokenLifeSeconds: number
  /** Every token handed out, in order. */
  readonly tokens: string[]
  /** Tokens the APIs refuse. */
  readonly refused: Set<string>
  /** Set to answer a route otherwise. */
  onSession: Override | undefined
  onToken: Override | undefined
  onLogout: Override | undefined
  onApi: Override | undefined
  /** Requests so far, by where they went. */
  readonly seen: { session: Seen[]; token: Seen[]; logout: Seen[]; api: Seen[]; other: Seen[] }
  readonly handlers: RequestHandler[]
  /** Makes the next token, as `GET /session` or `POST /token` carries it. */
  readonly nextToken: (resource: string, scope?: string) => object
  readonly tokenAnswer: (token: string, resource: string) => object
  readonly sessionAnswer: (resource: string | null) => SessionAnswer
}

const look = async (request: Request): Promise<Seen> => ({
  method: request.method,
  url: new URL(request.url),
  headers: request.headers,
  body: await request.clone().text(),
  cache: request.cache,
  credentials: request.credentials,
  redirect: request.redirect,
})

/** The fingerprint by which the BFF knows a refused token. */
export const fingerprint = (token: string): string =>
  createHash('sha256').update(token).digest('base64url')

const playToken = (bff: FakeBff, current: Map<string, string>, request: Seen): Response => {
  if (!bff.isLoggedIn) {
    return problem(401, 'session_expired', 'login', { reason: bff.reason ?? 'expired' })
  }
  const { resource = 'orders', scope, rejected } = JSON.parse(request.body) as TokenRequest
  const held = current.get(resource + (scope ?? ''))
  // A refusal of another token than the current one is answered with the current one.
  const isOld = rejected && held && fingerprint(held) !== rejected
  return HttpResponse.json(isOld ? bff.tokenAnswer(held, resource) : bff.nextToken(resource, scope))
}

const playApi = (bff: FakeBff, request: Seen): Response => {
  const bearer = request.headers.get('authorization')?.replace('Bearer ', '')
  const isGood = bearer && bff.tokens.includes(bearer) && !bff.refused.has(bearer)
  return new HttpResponse(isGood ? `got ${request.body}` : 'no', { status: isGood ? 200 : 401 })
}

const playLogout = (bff: FakeBff): Response => {
  bff.isLoggedIn = false
  return HttpResponse.json({})
}

const createHandlers = (bff: FakeBff, current: Map<string, string>): RequestHandler[] => {
  const { seen } = bff
  const play =
    (log: Seen[], answer: (request: Seen) => Answer) =>
    async ({ request }: { readonly request: Request }): Promise<Response> => {
      const it = await look(request)
      log.push(it)
      return answer(it)
    }
  const api = play(seen.api, async (it) => (await bff.onApi?.(it)) ?? playApi(bff, it))
  return [
    http.get(
      `${appOrigin}/bff/session`,
      play(seen.session, async (it) => {
        const resource = it.url.searchParams.get('resource')
        return (await bff.onSession?.(it)) ?? HttpResponse.json(bff.sessionAnswer(resource))
      }),
    ),
    http.post(
      `${appOrigin}/bff/token`,
      play(seen.token, async (it) => (await bff.onToken?.(it)) ?? playToken(bff, current, it)),
    ),
    http.post(
      `${appOrigin}/bff/logout`,
      play(seen.logout, async (it) => (await bff.onLogout?.(it)) ?? playLogout(bff)),
    ),
    http.all(`${apiOrigin}/*`, api),
    http.all(`${otherApiOrigin}/*`, api),
    http.all(
      '*',
      play(seen.other, () => new HttpResponse('elsewhere')),
    ),
  ]
}

export const createFakeBff = (): FakeBff => {
  const current = new Map<string, string>()
  const bff: FakeBff = {
    user: { sub: 'alice', name: 'Alice' },
    sid: 'sid-1',
    isLoggedIn: true,
    reason: undefined,
    expiresInSeconds: 14 * 24 * 3600,
    idleExpiresInSeconds: 8 * 3600,
    tokenLifeSeconds: 300,
    tokens: [],
    refused: new Set(),
    onSession: undefined,
    onToken: undefined,
    onLogout: undefined,
    onApi: undefined,
    seen: { session: [], token: [], logout: [], api: [], other: [] },
    handlers: [],
    nextToken: (resource, scope = '') => {
      const token = `secret-token-${resource}-${bff.tokens.length + 1}.${'x'.repeat(20)}`
      bff.tokens.push(token)
      current.set(resource + scope, token)
      return bff.tokenAnswer(token, resource)
    },
    tokenAnswer: (token, resource) => ({
      access_token: token,
      token_type: 'Bearer',
      expires_in: bff.tokenLifeSeconds,
      scope: 'read write',
      resource,
    }),
    sessionAnswer: (resource) => {
      if (!bff.isLoggedIn) {
        return { authenticated: false, ...(bff.reason && { reason: bff.reason }) } as SessionAnswer
      }
      const { user, sid, expiresInSeconds, idleExpiresInSeconds } = bff
      const session = { sid, expiresInSeconds, idleExpiresInSeconds }
      const token = resource && { token: bff.nextToken(resource) }
      return { authenticated: true, user, session, ...token } as SessionAnswer
    },
  }
  bff.handlers.push(...createHandlers(bff, current))
  return bff
}

/** Something that happens when the test says so. */
export const createGate = (): { readonly open: () => void; readonly opened: Promise<void> } => {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}
