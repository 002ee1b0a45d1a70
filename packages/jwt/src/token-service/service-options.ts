import type { DenyList } from '../deny-list.ts'
import { misconfigured, readFunction, requireKnownOptions } from '../options.ts'
import type { RefreshTokens } from '../refresh-tokens/create-refresh-tokens.ts'
import type { RefreshGrant } from '../refresh-tokens/refresh-grant.ts'
import type { Signer } from '../signer.ts'
import type { Verifier } from '../verifier.ts'

/** What may have changed since the login. */
export type RefreshAuthorization =
  /** Go on, with these in place of what the login gave; what is absent stays as it was. */
  | {
      readonly kind: 'allowed'
      readonly roles?: readonly string[]
      readonly claims?: Readonly<Record<string, unknown>>
    }
  /** The user is gone, locked or no longer allowed: the family ends. */
  | { readonly kind: 'ended' }

/** Options of `createTokenService`. */
export interface TokenServiceOptions {
  /** Signs the access tokens. */
  readonly signer: Signer
  /** Keeps the refresh tokens. Give it the deny list as well. */
  readonly refreshTokens: RefreshTokens
  /**
   * Asked before each new access token of an existing login: roles and locks of today. Default:
   * the roles and claims of the login hold until the family ends.
   */
  readonly authorizeRefresh?: (grant: RefreshGrant) => Promise<RefreshAuthorization>
  /**
   * Lets clients revoke access tokens too: a verifier of the signer's tokens, and the deny list its
   * APIs look at. Default: such a request is answered `unsupported_token_type`.
   */
  readonly accessTokens?: { readonly verifier: Verifier; readonly denyList: DenyList }
  /** Clock in epoch milliseconds, for `expires_in`. Default `Date.now`. */
  readonly now?: () => number
}

/** {@link TokenServiceOptions}, read. */
export interface ServiceContext {
  readonly signer: Signer
  readonly refreshTokens: RefreshTokens
  readonly authorizeRefresh: (grant: RefreshGrant) => Promise<RefreshAuthorization>
  readonly accessTokens: TokenServiceOptions['accessTokens']
  readonly now: () => number
}

const optionNames = ['signer', 'refreshTokens', 'authorizeRefresh', 'accessTokens', 'now'] as const

const readAccessTokens = (
  accessTokens: TokenServiceOptions['accessTokens'],
): TokenServiceOptions['accessTokens'] => {
  if (accessTokens === undefined) return undefined
  requireKnownOptions(accessTokens, ['verifier', 'denyList'], 'accessTokens')
  const { verifier, denyList } = accessTokens
  if (typeof verifier?.verify !== 'function' || typeof denyList?.denyToken !== 'function') {
    throw misconfigured('accessTokens needs both a verifier and a denyList.')
  }
  return { verifier, denyList }
}

/** Reads the options. @throws JwtError `configuration_invalid` */
export const resolveTokenService = (options: TokenServiceOptions): ServiceContext => {
  requireKnownOptions(options, optionNames, 'createTokenService')
  const { signer, refreshTokens, accessTokens } = options
  if (typeof signer?.issue !== 'function') {
    throw misconfigured('createTokenService needs a signer, see createSigner.')
  }
  if (typeof refreshTokens?.rotate !== 'function') {
    throw misconfigured('createTokenService needs refreshTokens, see createRefreshTokens.')
  }
  return {
    signer,
    refreshTokens,
    authorizeRefresh: readFunction(
      options.authorizeRefresh,
      async () => ({ kind: 'allowed' }),
      'authorizeRefresh',
    ),
    accessTokens: readAccessTokens(accessTokens),
    now: readFunction(options.now, Date.now, 'now'),
  }
}
