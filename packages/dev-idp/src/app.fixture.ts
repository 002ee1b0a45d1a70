import * as client from 'openid-client'
import { afterAll, beforeEach } from 'vitest'
import type { DevIdp, DevIdpClient, DevIdpOptions } from './index.ts'
import { createDevIdp } from './index.ts'
import { type LoginAtOptions, loginAt, type ProviderCookies } from './testing/index.ts'

export const orders = 'https://orders.example'
export const billing = 'https://billing.example/api'

export const appClient: DevIdpClient = {
  clientId: 'app',
  clientSecret: 'a-secret_with-special+characters',
  clientName: 'Harbour Store',
  redirectUris: ['http://localhost:4000/bff/callback'],
  postLogoutRedirectUris: ['http://localhost:4000/bff/logout/callback'],
}

/** A provider with one client and two resources, changed by `options`. */
export const startIdp = (options: Partial<DevIdpOptions> = {}): Promise<DevIdp> =>
  createDevIdp({
    clients: [appClient],
    resources: [
      { audience: orders, scope: 'orders:read orders:write', alg: 'ES256' },
      { audience: billing, scope: 'billing:read' },
    ],
    ...options,
  })

/**
 * Providers for the tests of one file, closed at the end of it: without options the one they share,
 * as good as new (a new RSA key for every test would be most of the time); with options a new one.
 */
export const startEach = (): ((options?: Partial<DevIdpOptions>) => Promise<DevIdp>) => {
  const running: DevIdp[] = []
  let shared: DevIdp | undefined
  const start = async (options: Partial<DevIdpOptions>) => {
    const idp = await startIdp(options)
    running.push(idp)
    return idp
  }
  beforeEach(() => {
    shared?.faults.clear()
    shared?.resetCounts()
    shared?.revokeGrants()
  })
  afterAll(async () => {
    await Promise.all(running.map((idp) => idp.close()))
  })
  return async (options) => {
    if (options !== undefined) return start(options)
    shared ??= await start({})
    return shared
  }
}

export const discover = (
  idp: DevIdp,
  { clientId, clientSecret }: DevIdpClient = appClient,
  auth?: client.ClientAuth,
): Promise<client.Configuration> =>
  client.discovery(new URL(idp.issuer), clientId, clientSecret, auth, {
    execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
  })

export interface Login {
  readonly config: client.Configuration
  readonly tokens: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers
  readonly cookies: ProviderCookies
}

type Parameters = Readonly<Record<string, string | readonly string[]>>

const toQuery = (parameters: Parameters): URLSearchParams =>
  new URLSearchParams(
    Object.entries(parameters).flatMap(([name, value]) =>
      [value].flat().map((item): [string, string] => [name, item]),
    ),
  )

/** Logs in through the real pages, exactly as an app with openid-client does. */
export const login = async (
  idp: DevIdp,
  parameters: Parameters = {},
  { username = 'alice', ...walk }: LoginAtOptions = {},
  config?: client.Configuration,
): Promise<Login> => {
  const used = config ?? (await discover(idp))
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const expectedNonce = client.randomNonce()
  const query = toQuery({
    redirect_uri: appClient.redirectUris[0] ?? '',
    scope: 'openid profile email',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...parameters,
  })
  const { url, cookies } = await loginAt(client.buildAuthorizationUrl(used, query), {
    username,
    ...walk,
  })
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true }
  const tokens = await client.authorizationCodeGrant(used, new URL(url), checks)
  return { config: used, tokens, cookies }
}

/** An authorization URL as a test writes it by hand; `parameters` replace or add. */
export const authorizationUrl = (idp: DevIdp, parameters: Parameters = {}): URL => {
  const url = new URL(`${idp.issuer}/authorize`)
  url.search = toQuery({
    client_id: appClient.clientId,
    response_type: 'code',
    redirect_uri: appClient.redirectUris[0] ?? '',
    scope: 'openid profile email',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    state: 'state-of-the-app',
    ...parameters,
  }).toString()
  return url
}

/** What the provider told the app in the callback URL. */
export const answerOf = (url: string): Readonly<Record<string, string>> =>
  Object.fromEntries(new URL(url).searchParams)
