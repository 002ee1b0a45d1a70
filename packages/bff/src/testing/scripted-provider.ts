import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CryptoKey, JWK, JWTPayload } from 'jose'
import { isClientAuthenticated } from './scripted-client-auth.ts'
import { createGrants, type Grant } from './scripted-grants.ts'
import { createPushedRequests } from './scripted-pushed-requests.ts'

/** One request as the provider saw it. */
export interface ProviderRequest {
  /** The path. */
  readonly endpoint: string
  /** The query, `?` included. */
  readonly search: string
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly parameters: URLSearchParams
}

/** An answer of the token endpoint: a body to send, or a fault of the network. */
export type ScriptedAnswer =
  | {
      readonly status?: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body: unknown
    }
  | 'reset'
  | 'hang'

/** What the next requests meet; everything left out behaves as a good provider does. */
export interface Script {
  metadata?: (standard: Record<string, unknown>) => Record<string, unknown>
  jwks?: (standard: { keys: unknown[] }) => ScriptedAnswer
  idToken?: (claims: JWTPayload) => JWTPayload | Promise<string>
  token?: (
    request: ProviderRequest,
    standard: () => Promise<Record<string, unknown>>,
  ) => ScriptedAnswer | Promise<ScriptedAnswer>
  accessTokenSeconds?: number
  /** Runs when a token is revoked; without an answer of its own the revocation succeeds. */
  revoke?: (
    request: ProviderRequest,
  ) => ScriptedAnswer | undefined | Promise<ScriptedAnswer | undefined>
  /** The answer to a pushed authorization request (RFC 9126) in place of a `request_uri`. */
  pushedRequest?: () => ScriptedAnswer
  /** Public key registered for `private_key_jwt`; without it the client has its secret. */
  clientKey?: JWK
}

/** Metadata of a provider that does everything by the book. */
const standardMetadata = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
  revocation_endpoint: `${issuer}/revoke`,
  end_session_endpoint: `${issuer}/end`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  code_challenge_methods_supported: ['S256'],
  authorization_response_iss_parameter_supported: true,
})

/**
 * A provider that does exactly what a test tells it to, hostile answers included. It speaks real
 * HTTP on loopback, signs real ID tokens, rotates refresh tokens strictly and records every request.
 */
export interface ScriptedProvider {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly script: Script
  readonly requests: readonly ProviderRequest[]
  readonly signingKey: CryptoKey
  /** Secrets that were issued so far: none of them may show up anywhere it does not belong. */
  readonly issued: ReadonlySet<string>
  count(endpoint: string, grantType?: string): number
  /** Parameters of an authorization URL, looked up where they were pushed beforehand. */
  authorizationRequest(authorizationUrl: string): URLSearchParams
  /** A code as the authorization endpoint would make for that request. */
  issueCode(authorizationUrl: string, subject?: string): string
  /** Standard claims of an ID token for that nonce. */
  claims(nonce: string, subject?: string): JWTPayload
  sign(claims: JWTPayload): Promise<string>
  close(): Promise<void>
}

const invalidClient: ScriptedAnswer = { status: 401, body: { error: 'invalid_client' } }

const readBody = async (request: AsyncIterable<unknown>): Promise<string> => {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

const send = (response: ServerResponse, answer: ScriptedAnswer): void => {
  if (answer === 'hang') return
  if (answer === 'reset') {
    response.destroy()
    return
  }
  const { status = 200, headers = {}, body } = answer
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text)
}

const toGrant = (request: URLSearchParams, subject: string): Grant => ({
  subject,
  nonce: request.get('nonce') ?? '',
  codeChallenge: request.get('code_challenge') ?? undefined,
  redirectUri: request.get('redirect_uri') ?? undefined,
})

export const createScriptedProvider = async (now: () => number): Promise<ScriptedProvider> => {
  const script: Script = {}
  const requests: ProviderRequest[] = []
  let issuer = ''
  const clientId = 'spa-bff'
  const clientSecret = 'client-secret_of the+test:ü'
  const pushed = createPushedRequests()
  const grants = await createGrants({
    clientId,
    now,
    issuer: () => issuer,
    idToken: (claims) => script.idToken?.(claims) ?? claims,
    accessTokenSeconds: () => script.accessTokenSeconds ?? 600,
  })

  const isClient = (request: ProviderRequest) =>
    isClientAuthenticated(request, { issuer, clientId, clientSecret, clientKey: script.clientKey })

  const answerToken = async (request: ProviderRequest): Promise<ScriptedAnswer> => {
    const standard = () => grants.redeem(request.parameters)
    if (script.token !== undefined) return script.token(request, standard)
    if (!(await isClient(request))) return invalidClient
    const body = await standard()
    return 'error' in body ? { status: 400, body } : { body }
  }

  const answerPushedRequest = async (request: ProviderRequest): Promise<ScriptedAnswer> => {
    if (script.pushedRequest !== undefined) return script.pushedRequest()
    if (!(await isClient(request))) return invalidClient
    const requestUri = pushed.push(request.parameters)
    return { status: 201, body: { request_uri: requestUri, expires_in: 60 } }
  }

  const answer = async (request: ProviderRequest): Promise<ScriptedAnswer> => {
    const metadata = standardMetadata(issuer)
    const jwks = { keys: [grants.jwk] }
    switch (request.endpoint) {
      case '/.well-known/openid-configuration':
        return { body: script.metadata?.(metadata) ?? metadata }
      case '/jwks':
        return script.jwks?.(jwks) ?? { body: jwks }
      case '/token':
        return answerToken(request)
      case '/par':
        return answerPushedRequest(request)
      case '/revoke':
        return (await script.revoke?.(request)) ?? { body: '' }
      default:
        return { status: 404, body: {} }
    }
  }

  const server = createServer({ keepAliveTimeout: 75_000 }, async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://provider')
    const body = await readBody(request)
    const record: ProviderRequest = {
      endpoint: url.pathname,
      search: url.search,
      method: request.method ?? '',
      headers: request.headers,
      parameters: new URLSearchParams(body === '' ? url.search : body),
    }
    requests.push(record)
    send(response, await answer(record))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    issuer,
    clientId,
    clientSecret,
    script,
    requests,
    signingKey: grants.signingKey,
    issued: grants.issued,
    claims: grants.claims,
    sign: grants.sign,
    count: (endpoint, grantType) =>
      requests.filter(
        (request) =>
          request.endpoint === endpoint &&
          (grantType === undefined || request.parameters.get('grant_type') === grantType),
      ).length,
    authorizationRequest: pushed.resolve,
    issueCode: (authorizationUrl, subject = 'alice') =>
      grants.issueCode(toGrant(pushed.resolve(authorizationUrl), subject)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
