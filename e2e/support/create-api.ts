import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRemoteKeySet, createVerifier } from '@coatcheck/jwt'

/** One request of the app, as the API saw it. */
export interface ApiCall {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly body: string
  /** SHA-256 of the token, hex; empty when none came. */
  readonly tokenHash: string
}

/** An API with a real verifier and a switch to make it refuse tokens. */
export interface Api {
  readonly origin: string
  readonly calls: readonly ApiCall[]
  /** `'presented'` refuses every token seen so far, `'all'` each and every one. */
  refuse(which: 'none' | 'presented' | 'all'): void
  reset(): void
  close(): Promise<void>
}

export interface ApiOptions {
  readonly appOrigin: string
  readonly issuer: string
  readonly audience: string
}

const mfa = 'urn:coatcheck:acr:mfa'

const invalidToken = 'Bearer error="invalid_token"'

/** RFC 9470, section 3: paths under `/payments` want more than a password. */
const tooWeak = `Bearer error="insufficient_user_authentication", acr_values="${mfa}"`

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('latin1')
}

const allowApp = (response: ServerResponse, appOrigin: string) => {
  response.setHeader('access-control-allow-origin', appOrigin)
  response.setHeader('access-control-allow-headers', 'authorization, content-type')
  response.setHeader('access-control-allow-methods', 'GET, POST, PUT, DELETE')
  response.setHeader('access-control-expose-headers', 'www-authenticate')
  response.setHeader('access-control-max-age', '600')
}

export const createApi = async ({ appOrigin, issuer, audience }: ApiOptions): Promise<Api> => {
  const verifier = createVerifier({
    issuer,
    audience,
    algorithms: ['ES256'],
    keys: createRemoteKeySet(`${issuer}/jwks`),
  })
  const calls: ApiCall[] = []
  const presented = new Set<string>()
  const refused = new Set<string>()
  let refusesAll = false

  /** What stands in the way of the request, as a challenge; nothing where it may pass. */
  const challengeOf = async (
    path: string,
    token: string,
    hash: string,
  ): Promise<string | undefined> => {
    if (refusesAll || refused.has(hash)) return invalidToken
    return verifier.verify(token).then(
      ({ claims }) => (path.startsWith('/payments') && claims.acr !== mfa ? tooWeak : undefined),
      () => invalidToken,
    )
  }

  const server = createServer({ keepAliveTimeout: 75_000 }, async (request, response) => {
    allowApp(response, appOrigin)
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end()
      return
    }
    const body = await readBody(request)
    const [, token = ''] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? []
    const tokenHash = token === '' ? '' : createHash('sha256').update(token).digest('hex')
    presented.add(tokenHash)
    const challenge = await challengeOf(request.url ?? '', token, tokenHash)
    const status = challenge === undefined ? 200 : 401
    calls.push({
      method: request.method ?? '',
      path: request.url ?? '',
      status,
      body,
      tokenHash,
    })
    if (challenge !== undefined) response.setHeader('www-authenticate', challenge)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ received: body }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    calls,
    refuse: (which) => {
      refusesAll = which === 'all'
      refused.clear()
      if (which === 'presented') for (const hash of presented) refused.add(hash)
    },
    reset: () => {
      calls.length = 0
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
