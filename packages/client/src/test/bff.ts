import { createHash } from 'node:crypto'
import type { ProblemCode, Retry, SessionAnswer, TokenRequest } from '@coatcheck/wire'
import { delay, HttpResponse, http, type RequestHandler } from 'msw'
import { appOrigin } from './page.ts'

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
  onSession: ((seen: Seen) => Answer | undefined) | undefined
  onToken: ((seen: Seen) => Answer | undefined) | undefined
  onLogout: ((seen: Seen) => Answer | undefined) | undefined
  onApi: ((seen: Seen) => Answer | undefined) | undefined
  /** Requests so far, by where they went. */
  readonly seen: { session: Seen[]; token: Seen[]; logout: Seen[]; api: Seen[]; other: Seen[] }
  readonly handlers: RequestHandler[]
  /** Makes and hands out the next token, as `GET /session` or `POST /token` carries it. */
  readonly nextToken: (resource: string, scope?: string) => object
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

export const createFakeBff = (): FakeBff => {
  const current = new Map<string, string>()
  const seen: FakeBff['seen'] = { session: [], token: [], logout: [], api: [], other: [] }

  const nextToken = (resource: string, scope = 'read write'): object => {
    const token = `secret-token-${resource}-${bff.tokens.length + 1}.${'x'.repeat(20)}`
    bff.tokens.push(token)
    current.set(resource + scope, token)
    return answerFor(token, resource, scope)
  }
  const answerFor = (token: string, resource: string, scope: string): object => ({
    access_token: token,
    token_type: 'Bearer',
    expires_in: bff.tokenLifeSeconds,
    scope,
    resource,
  })
  const sessionAnswer = (resource: string | null): SessionAnswer =>
    (bff.isLoggedIn
      ? {
          authenticated: true,
          user: bff.user,
          session: {
            sid: bff.sid,
            expiresInSeconds: bff.expiresInSeconds,
            idleExpiresInSeconds: bff.idleExpiresInSeconds,
          },
          ...(resource && { token: nextToken(resource) }),
        }
      : { authenticated: false, ...(bff.reason && { reason: bff.reason }) }) as SessionAnswer

  const token = (request: Seen): Response => {
    if (!bff.isLoggedIn) {
      return problem(401, 'session_expired', 'login', { reason: bff.reason ?? 'expired' })
    }
    const { resource = 'orders', scope, rejected } = JSON.parse(request.body) as TokenRequest
    const held = current.get(resource + (scope ?? 'read write'))
    // A refusal of another token than the current one is answered with the current one.
    if (rejected && held && fingerprint(held) !== rejected) {
      return HttpResponse.json(answerFor(held, resource, scope ?? 'read write')) as Response
    }
    return HttpResponse.json(nextToken(resource, scope)) as Response
  }

  const api = (request: Seen): Response => {
    const bearer = request.headers.get('authorization')?.replace('Bearer ', '')
    const isGood = bearer && bff.tokens.includes(bearer) && !bff.refused.has(bearer)
    return new HttpResponse(isGood ? `got ${request.body}` : 'no', { status: isGood ? 200 : 401 })
  }

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
    seen,
    nextToken,
    sessionAnswer,
    handlers: [
      http.get(`${appOrigin}/bff/session`, async ({ request }) => {
        const it = await look(request)
        seen.session.push(it)
        const resource = it.url.searchParams.get('resource')
        return (await bff.onSession?.(it)) ?? HttpResponse.json(sessionAnswer(resource))
      }),
      http.post(`${appOrigin}/bff/token`, async ({ request }) => {
        const it = await look(request)
        seen.token.push(it)
        return (await bff.onToken?.(it)) ?? token(it)
      }),
      http.post(`${appOrigin}/bff/logout`, async ({ request }) => {
        const it = await look(request)
        seen.logout.push(it)
        const answer = await bff.onLogout?.(it)
        if (answer) return answer
        bff.isLoggedIn = false
        return HttpResponse.json({})
      }),
      ...[`${apiOrigin}/*`, `${otherApiOrigin}/*`].map((path) =>
        http.all(path, async ({ request }) => {
          const it = await look(request)
          seen.api.push(it)
          return (await bff.onApi?.(it)) ?? api(it)
        }),
      ),
      http.all('*', async ({ request }) => {
        seen.other.push(await look(request))
        return new HttpResponse('elsewhere')
      }),
    ],
  }
  return bff
}

/** An answer that never comes. */
export const never = async (): Promise<Response> => {
  await delay('infinite')
  return Response.error()
}

/** Something that happens when the test says so. */
export const createGate = (): { readonly open: () => void; readonly opened: Promise<void> } => {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}
