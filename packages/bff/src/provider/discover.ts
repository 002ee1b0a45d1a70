import { type CryptoKey, importJWK } from 'jose'
import * as oidc from 'openid-client'
import { isSecureUrl } from '../is-secure-url.ts'
import { describeFailure } from '../log.ts'
import type { ResolvedOptions } from '../resolve-options.ts'
import { classifyProviderFailure, ProviderMetadataError } from './failure.ts'

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

const endpoints = [
  'authorization_endpoint',
  'token_endpoint',
  'jwks_uri',
  'pushed_authorization_request_endpoint',
  'revocation_endpoint',
  'end_session_endpoint',
] as const

/**
 * The issuer as it was configured, letter by letter (OpenID Connect Discovery, section 4.3; the
 * library compares URLs), and plain http never leaves this machine, not even in a redirect.
 */
const checkMetadata = (metadata: oidc.ServerMetadata, issuer: string): void => {
  if (metadata.issuer !== issuer) throw new ProviderMetadataError('Another issuer.')
  const insecure = endpoints.filter((name) => {
    const url = metadata[name]
    return url !== undefined && !(typeof url === 'string' && isSecureUrl(url))
  })
  if (insecure.length > 0) {
    throw new ProviderMetadataError(`Not https: ${insecure.join(', ')}`)
  }
}

/** A client configuration whose requests go through `customFetch`. */
const configure = (
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
  // The library asks for `redirect: 'manual'`: credentials go to the very address they are meant for.
  const customFetch: oidc.CustomFetch = (url, init) => options.fetch(url, init as RequestInit)
  const auth = await clientAuth(options)
  const issuer = new URL(provider.issuer)
  const found = await oidc.discovery(issuer, provider.clientId, undefined, auth, {
    timeout: provider.timeoutMs / 1000,
    [oidc.customFetch]: customFetch,
    ...(issuer.protocol === 'http:' && { execute: [oidc.allowInsecureRequests] }),
  })
  checkMetadata(found.serverMetadata(), provider.issuer)
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
      const code = classifyProviderFailure(failure)
      options.log.warn(
        { event: 'provider.discovery_failed', code, failure: describeFailure(failure) },
        code === 'provider_error'
          ? 'The metadata of the provider cannot be used: provider.issuer must be spelt exactly as it is there, and every endpoint must be https.'
          : 'The metadata of the provider could not be read.',
      )
      throw failure
    })
    return pending
  }
}
