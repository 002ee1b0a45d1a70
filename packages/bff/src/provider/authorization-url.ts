import * as oidc from 'openid-client'
import type { Transaction } from '../cookies/transaction.ts'
import type { ResolvedOptions, ResolvedResource } from '../resolve-options.ts'
import type { Discovered } from './discover.ts'

/** The OIDC parameters of a login that the app may choose (OpenID Connect Core, section 3.1.2.1). */
export const passedOnParameters = [
  'prompt',
  'login_hint',
  'acr_values',
  'max_age',
  'ui_locales',
] as const

export interface AuthorizationRequest {
  readonly transaction: Transaction
  readonly redirectUri: string
  /** The resources whose scope and audience are asked for. */
  readonly resources: readonly ResolvedResource[]
  readonly passedOn: ReadonlyMap<(typeof passedOnParameters)[number], string>
}

const words = (text: string) => text.split(' ')

/**
 * Where to send the browser: code flow with PKCE S256, state and nonce; as a pushed request where
 * the provider takes them (RFC 9126).
 */
export const authorizationUrl = async (
  { provider }: Pick<ResolvedOptions, 'provider'>,
  { login }: Discovered,
  { transaction, redirectUri, resources, passedOn }: AuthorizationRequest,
): Promise<URL> => {
  const scope = [provider.scope, ...resources.map((resource) => resource.scope)].flatMap(words)
  const parameters = new URLSearchParams({
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: [...new Set(scope)].join(' '),
    state: transaction.state,
    nonce: transaction.nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(transaction.codeVerifier),
    code_challenge_method: 'S256',
  })
  for (const { audience } of resources) {
    if (audience !== undefined) parameters.append('resource', audience)
  }
  for (const [name, value] of passedOn) parameters.set(name, value)
  return login.serverMetadata().pushed_authorization_request_endpoint === undefined
    ? oidc.buildAuthorizationUrl(login, parameters)
    : oidc.buildAuthorizationUrlWithPAR(login, parameters)
}
