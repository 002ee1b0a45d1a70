import { JwtError } from '../errors.ts'
import type { VerifiedToken } from '../verifier.ts'
import type { ServiceContext } from './service-options.ts'
import { answerRevoked, type RevocationAnswer, refuseToken } from './token-answer.ts'

/** A revocation request, as the client sent it (RFC 7009, section 2.1). */
export interface RevocationInput {
  /** `token`: a refresh token, or an access token where the service revokes those. */
  readonly token: string
  /** The client that sent it: authenticated, or for a public client as it named itself. */
  readonly clientId: string
}

const isJwt = (token: string): boolean => token.split('.').length === 3

type AccessTokens = NonNullable<ServiceContext['accessTokens']>

/** `undefined` for a token that no API would accept anyway. */
const verifyOwn = async (
  { verifier }: AccessTokens,
  token: string,
): Promise<VerifiedToken | undefined> => {
  try {
    return await verifier.verify(token)
  } catch (error) {
    const isVerdict =
      error instanceof JwtError &&
      !['keys_unavailable', 'deny_list_unavailable'].includes(error.code)
    if (isVerdict) return undefined
    throw error
  }
}

const revokeAccessToken = async (
  accessTokens: AccessTokens,
  { token, clientId }: RevocationInput,
): Promise<RevocationAnswer> => {
  const verified = await verifyOwn(accessTokens, token)
  if (verified === undefined) return answerRevoked()
  const { iss, jti, exp, client_id: owner } = verified.claims
  if (owner !== clientId) return refuseToken('client_mismatch')
  if (jti === undefined) return refuseToken('unsupported_token_type')
  await accessTokens.denyList.denyToken({ issuer: iss, jwtId: jti, expiresAt: exp })
  return answerRevoked()
}

/** Ends a token at its client's wish: 200 also for what is no token at all. */
export const revokeToken = async (
  { refreshTokens, accessTokens }: ServiceContext,
  input: RevocationInput,
): Promise<RevocationAnswer> => {
  const { token, clientId } = input
  if (typeof token !== 'string' || typeof clientId !== 'string' || clientId === '') {
    return refuseToken('malformed')
  }
  if (isJwt(token)) {
    if (accessTokens === undefined) return refuseToken('unsupported_token_type')
    return revokeAccessToken(accessTokens, input)
  }
  const outcome = await refreshTokens.revoke({ token, clientId })
  return outcome.kind === 'refused' ? refuseToken(outcome.reason) : answerRevoked()
}
