import { issueTokens, type TokenIssueInput } from './issue-tokens.ts'
import { type RefreshInput, refresh } from './refresh.ts'
import { type RevocationInput, revokeToken } from './revoke-token.ts'
import { resolveTokenService, type TokenServiceOptions } from './service-options.ts'
import type { RevocationAnswer, TokenAnswer } from './token-answer.ts'

/**
 * Access and refresh tokens for a server with a login page of its own; made by
 * {@link createTokenService}. Every answer is ready to be sent: status, headers, body. Outages
 * reject (`store_unavailable`, `keys_unavailable`, `deny_list_unavailable`): answer 503 with
 * `Retry-After`, so that no client takes one for a refused token.
 */
export interface TokenService {
  /**
   * The first pair, after a login that succeeded.
   *
   * @throws JwtError `configuration_invalid` or `signing_refused` for input that breaks a rule,
   * `store_unavailable`, `keys_unavailable`
   */
  issue(input: TokenIssueInput): Promise<TokenAnswer>
  /**
   * The next pair for a refresh token (RFC 6749, section 6).
   *
   * @throws JwtError `store_unavailable`, `keys_unavailable`; `configuration_invalid` when
   * `authorizeRefresh` gives neither of its two answers
   */
  refresh(input: RefreshInput): Promise<TokenAnswer>
  /**
   * Ends a login at its client's wish, with its access tokens (RFC 7009).
   *
   * @throws JwtError `store_unavailable`, `keys_unavailable`, `deny_list_unavailable`
   */
  revoke(input: RevocationInput): Promise<RevocationAnswer>
}

/**
 * Creates the complete access + refresh pattern for a team that authenticates its users itself.
 *
 * @example
 * ```ts
 * const refreshTokens = createRefreshTokens({ store, denyList })
 * const tokens = createTokenService({ signer, refreshTokens })
 * const send = (res, { status, headers, body }) => res.status(status).set(headers).json(body)
 *
 * app.post('/login', async (req, res) => {
 *   const user = await checkPassword(req.body)
 *   send(res, await tokens.issue({ subject: user.id, clientId: 'web', scope: 'orders:read' }))
 * })
 * app.post('/token', async (req, res) => {
 *   const { refresh_token: refreshToken, client_id: clientId, scope } = req.body
 *   send(res, await tokens.refresh({ refreshToken, clientId, scope }))
 * })
 * ```
 *
 * @throws JwtError `configuration_invalid` when an option is wrong
 */
export const createTokenService = (options: TokenServiceOptions): TokenService => {
  const context = resolveTokenService(options)
  return {
    issue: (input) => issueTokens(context, input),
    refresh: (input) => refresh(context, input),
    revoke: (input) => revokeToken(context, input),
  }
}
