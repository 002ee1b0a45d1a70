import type {
  ClientMetadata,
  Configuration,
  JWK,
  KoaContextWithOIDC,
  UnknownObject,
} from 'oidc-provider'
import { claimsByScope } from './claims.ts'
import {
  acr,
  authorizationCodeSeconds,
  backchannelTimeoutMs,
  grantSeconds,
  interactionSeconds,
} from './defaults.ts'
import { paths } from './endpoints.ts'
import type { DevIdpLifetimes } from './options.ts'
import { errorPage } from './pages/error-page.ts'
import { loggedOutPage, logoutPage } from './pages/logout-pages.ts'
import type { ResolvedClient } from './resolve-clients.ts'
import type { ResolvedOptions } from './resolve-options.ts'
import { createResourceIndicators } from './resources.ts'
import type { Storage } from './storage.ts'

/** What {@link createConfiguration} needs. */
export interface ConfigurationOptions {
  readonly options: ResolvedOptions
  readonly port: number
  readonly keys: readonly JWK[]
  readonly storage: Storage
  /** Read at every issue, so that a change applies at once. */
  readonly lifetimes: () => DevIdpLifetimes
}

const clientMetadata = (client: ResolvedClient): ClientMetadata => ({
  client_id: client.clientId,
  client_name: client.clientName,
  redirect_uris: [...client.redirectUris],
  post_logout_redirect_uris: [...client.postLogoutRedirectUris],
  token_endpoint_auth_method: client.tokenEndpointAuthMethod,
  id_token_signed_response_alg: client.idTokenSignedResponseAlg,
  require_pushed_authorization_requests: client.requirePar,
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  ...(client.clientSecret === undefined ? {} : { client_secret: client.clientSecret }),
  ...(client.jwks === undefined ? {} : { jwks: { keys: [...client.jwks.keys] } }),
  ...(client.backchannelLogoutUri === undefined
    ? {}
    : {
        backchannel_logout_uri: client.backchannelLogoutUri,
        backchannel_logout_session_required: true,
      }),
})

/**
 * A grant of its own for every login, over all that was asked: nobody is asked to consent, and what
 * ends one login's tokens (reuse, revocation) leaves those of another alone.
 */
const grantEverything = (storage: Storage) => async (ctx: KoaContextWithOIDC) => {
  const { client, account, session, provider, resourceServers } = ctx.oidc
  const grant = new provider.Grant({
    clientId: client?.clientId,
    accountId: account?.accountId,
  })
  grant.addOIDCScope([...ctx.oidc.requestParamOIDCScopes])
  grant.addOIDCClaims([...ctx.oidc.requestParamClaims])
  for (const [audience, { scopes }] of Object.entries(resourceServers ?? {})) {
    const asked = [...ctx.oidc.requestParamScopes].filter((scope) => scopes.has(scope))
    if (asked.length > 0) grant.addResourceScope(audience, asked)
  }
  const grantId = await grant.save()
  const outlivesSession = ctx.oidc.requestParamScopes.has('offline_access')
  if (session !== undefined && !outlivesSession) storage.bindGrant(grantId, session.uid)
  return grant
}

/** Its own fetch refuses this machine's addresses, which are the only ones there are here. */
const plainFetch = (send: typeof globalThis.fetch): NonNullable<Configuration['fetch']> => {
  return (url, { method, headers, body, redirect } = {}) =>
    send(url, {
      ...(method === undefined ? {} : { method }),
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body }),
      ...(redirect === undefined ? {} : { redirect }),
      signal: AbortSignal.timeout(backchannelTimeoutMs),
    })
}

const renderHtml = (ctx: KoaContextWithOIDC, page: string) => {
  ctx.type = 'html'
  ctx.body = page
}

const ttl = (lifetimes: () => DevIdpLifetimes): Configuration['ttl'] => ({
  AccessToken: () => lifetimes().accessTokenSeconds,
  AuthorizationCode: authorizationCodeSeconds,
  Grant: grantSeconds,
  IdToken: () => lifetimes().idTokenSeconds,
  Interaction: interactionSeconds,
  RefreshToken: () => lifetimes().refreshTokenSeconds,
  Session: () => lifetimes().sessionSeconds,
})

const createFeatures = ({ resources, clients }: ResolvedOptions): Configuration['features'] => {
  const indicators = createResourceIndicators(resources)
  const nameOf = (clientId: string | undefined) =>
    clients.find((client) => client.clientId === clientId)?.clientName
  return {
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    backchannelLogout: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    revocation: {
      enabled: true,
      allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId,
    },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: async (_ctx, audience) => indicators.serverInfo(audience),
      defaultResource: async (ctx, _client, granted) =>
        indicators.defaultFor(ctx, granted) as string,
      useGrantedResource: async () => true,
    },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) =>
        renderHtml(ctx, logoutPage(form, nameOf(ctx.oidc.client?.clientId))),
      postLogoutSuccessSource: (ctx) => renderHtml(ctx, loggedOutPage()),
    },
  }
}

/** Everything oidc-provider is told. */
export const createConfiguration = (given: ConfigurationOptions): Configuration => {
  const { options, port, keys, storage, lifetimes } = given
  const { users, clients } = options
  // Cookies are shared by all ports of a host, so each provider has names of its own.
  const cookie = (name: string) => `dev-idp-${port}-${name}`
  const findUser = (sub: string) => users.find((user) => user.sub === sub)

  return {
    acrValues: Object.values(acr),
    adapter: (model) => storage.adapter(model),
    claims: claimsByScope(users),
    clientBasedCORS: (_ctx, origin, client) =>
      client.tokenEndpointAuthMethod === 'none' &&
      (client.redirectUris ?? []).some((uri) => new URL(uri).origin === origin),
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    clients: clients.map(clientMetadata),
    // Name and e-mail come in the ID token also when there is a userinfo endpoint.
    conformIdTokenClaims: false,
    cookies: {
      names: {
        session: cookie('session'),
        interaction: cookie('interaction'),
        resume: cookie('resume'),
      },
    },
    expiresWithSession: async () => false,
    extraTokenClaims: async (ctx) =>
      accessTokenClaims(ctx, findUser(ctx.oidc.account?.accountId ?? '')),
    features: createFeatures(options) ?? {},
    fetch: plainFetch(options.fetch),
    findAccount: async (_ctx, sub) => {
      const user = findUser(sub)
      if (user === undefined) return undefined
      return { accountId: sub, claims: async () => ({ sub, ...user.claims }) }
    },
    interactions: { url: (_ctx, interaction) => `${paths.login}/${interaction.uid}` },
    issueRefreshToken: async () => true,
    jwks: { keys: [...keys] },
    loadExistingGrant: grantEverything(storage),
    pkce: { required: () => true },
    renderError: (ctx, out) => renderHtml(ctx, errorPage(out.error, out.error_description)),
    responseTypes: ['code'],
    rotateRefreshToken: true,
    routes: {
      authorization: paths.authorize,
      end_session: paths.endSession,
      jwks: paths.jwks,
      pushed_authorization_request: paths.par,
      revocation: paths.revocation,
      token: paths.token,
      userinfo: paths.userinfo,
    },
    scopes: ['openid', 'offline_access', 'profile', 'email', 'address', 'phone'],
    ttl: ttl(lifetimes) ?? {},
  }
}

/** Roles, and how the user logged in (RFC 9068 §2.2.1), which a resource needs for RFC 9470. */
const accessTokenClaims = (
  ctx: KoaContextWithOIDC,
  user: ResolvedOptions['users'][number] | undefined,
): UnknownObject => {
  const login = ctx.oidc.entities.RefreshToken ?? ctx.oidc.entities.AuthorizationCode
  return {
    roles: user?.roles ?? [],
    ...(login?.acr === undefined ? {} : { acr: login.acr }),
    ...(login?.authTime === undefined ? {} : { auth_time: login.authTime }),
  }
}
