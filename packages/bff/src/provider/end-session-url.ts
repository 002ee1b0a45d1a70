import * as oidc from 'openid-client'
import type { Discovered } from './discover.ts'

export interface EndSessionRequest {
  readonly postLogoutRedirectUri: string
  readonly state: string
  readonly idTokenHint: string | undefined
}

/**
 * Where the browser ends its session at the provider (OpenID Connect RP-Initiated Logout, section
 * 2); `undefined` when the provider has no such place.
 */
export const endSessionUrl = (
  { login }: Discovered,
  { postLogoutRedirectUri, state, idTokenHint }: EndSessionRequest,
): string | undefined => {
  if (login.serverMetadata().end_session_endpoint === undefined) return undefined
  const url = oidc.buildEndSessionUrl(login, {
    post_logout_redirect_uri: postLogoutRedirectUri,
    state,
    ...(idTokenHint !== undefined && { id_token_hint: idTokenHint }),
  })
  return url.href
}
