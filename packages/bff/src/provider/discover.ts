import { type CryptoKey, importJWK } from 'jose'
import * as oidc from 'openid-client'
import { isLoopback } from '../is-loopback.ts'
import { describeFailure } from '../log.ts'
import type { ResolvedOptions } from '../resolve-options.ts'

type Options = Pick<ResolvedOptions, 'provider' | 'fetch' | 'log'>

const clientAuth = async ({ provider }: Options): Promise<oidc.ClientAuth> => {
  switch (provider.clientAuth) {
    case 'client_secret_basic':
      return oidc.ClientSecretBasic(provider.clientSecret)
    case 'client_secret_post':
      return oidc.ClientSecretPost(provider.clientSecret)
    case 'private_key_jwt': {
      const jwk = provider.privateKey ?? {}
      const key = (await importJWK(jwk)) as CryptoKey
      return oidc.PrivateKeyJwt(typeof jwk.kid === 'string' ? { key, kid: jwk.kid } : { key })
    }
  }
}

/** Plain http never leaves this machine, whatever the metadata says; redirects are not followed. */
const guardedFetch =
  (fetchImplementation: typeof fetch): oidc.CustomFetch =>
  async (url, init) => {
    const { protocol, hostname } = new URL(url)
    if (protocol !== 'https:' && !isLoopback(hostname)) {
      throw new TypeError('The provider names an endpoint that is neither https nor loopback.')
    }
    return fetchImplementation(url, { ...(init as RequestInit), redirect: 'manual' })
  }

/** A client configuration whose requests go through `customFetch`. */
export const configure = (
  options: Options,
  discovered: oidc.Configuration,
  auth: oidc.ClientAuth,
  customFetch: oidc.CustomFetch,
): oidc.Configuration => {
  const { provider } = options
  const metadata = {
    id_token_signed_response_alg: provider.idTokenAlgorithm,
    // Ten seconds is the leeway of everything here; the library's own is thirty.
    [oidc.clockTolerance]: 10,
  }
  const configuration = new oidc.Configuration(
    discovered.serverMetadata(),
    provider.clientId,
    metadata,
    auth,
  )
  configuration.timeout = provider.timeoutMs / 1000
  configuration[oidc.customFetch] = customFetch
  if (new URL(provider.issuer).protocol === 'http:') oidc.allowInsecureRequests(configuration)
  return configuration
}

/** What talks to the provider, once its metadata is known. */
export interface Discovered {
  /** Verifies ID-token signatures; for the login. */
  readonly login: oidc.Configuration
  /** Does not need the key set: a refresh must not fail after the provider has rotated. */
  readonly refresh: (customFetch: oidc.CustomFetch) => oidc.Configuration
  readonly fetch: oidc.CustomFetch
}

const discover = async (options: Options): Promise<Discovered> => {
  const { provider, log } = options
  const customFetch = guardedFetch(options.fetch)
  const auth = await clientAuth(options)
  const issuer = new URL(provider.issuer)
  const found = await oidc.discovery(issuer, provider.clientId, undefined, auth, {
    timeout: provider.timeoutMs / 1000,
    [oidc.customFetch]: customFetch,
    ...(issuer.protocol === 'http:' && { execute: [oidc.allowInsecureRequests] }),
  })
  if (!found.serverMetadata().supportsPKCE('S256')) {
    log.warn(
      { event: 'provider.pkce_not_advertised' },
      'The provider does not say that it checks PKCE; state and nonce guard the login.',
    )
  }
  const login = configure(options, found, auth, customFetch)
  oidc.enableNonRepudiationChecks(login)
  return {
    login,
    refresh: (capturingFetch) => configure(options, found, auth, capturingFetch),
    fetch: customFetch,
  }
}

/**
 * Reads the provider's metadata once (OpenID Connect Discovery, section 4). Callers share one
 * request; a failure is not remembered, so the next caller tries again.
 */
export const createDiscovery = (options: Options): (() => Promise<Discovered>) => {
  let pending: Promise<Discovered> | undefined
  return () => {
    pending ??= discover(options).catch((failure: unknown) => {
      pending = undefined
      options.log.warn(
        { event: 'provider.discovery_failed', failure: describeFailure(failure) },
        'The metadata of the provider could not be read.',
      )
      throw failure
    })
    return pending
  }
}
