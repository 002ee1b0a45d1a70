import { misconfigured } from '../options.ts'
import type { AccessTokenRequest } from '../refresh-tokens/refresh-grant.ts'
import type { ServiceContext } from './service-options.ts'
import { type LoginFacts, signAccessToken } from './sign-access-token.ts'
import { answerPair, refuseToken, type TokenAnswer } from './token-answer.ts'

/** A refresh request, as the client sent it (RFC 6749, section 6). */
export interface RefreshInput {
  /** `refresh_token` */
  readonly refreshToken: string
  /**
   * The client that sent it. Authenticate confidential clients before; a public client names
   * itself by `client_id`.
   */
  readonly clientId: string
  /** `scope`, where the client wants less than was granted. */
  readonly scope?: string | readonly string[]
  /** `resource`, where the client wants fewer APIs than were granted (RFC 8707, section 2.2). */
  readonly resource?: string | readonly string[]
  /** Thumbprint of the key of the request's verified DPoP proof, where there is one. */
  readonly jkt?: string
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

/** How the wish to end a family travels out of the making of its access token. */
interface Verdict {
  endedFamily?: string
}

const askForToday =
  ({ authorizeRefresh }: ServiceContext, verdict: Verdict, stop: Error) =>
  async ({ grant }: AccessTokenRequest): Promise<LoginFacts> => {
    const authorization = await authorizeRefresh(grant)
    if (authorization?.kind === 'ended') {
      verdict.endedFamily = grant.familyId
      throw stop
    }
    // A verdict that is misspelt, such as a bare false, must not be taken for a yes.
    if (authorization?.kind !== 'allowed') {
      throw misconfigured("authorizeRefresh must resolve to kind 'allowed' or 'ended'.")
    }
    const { roles, claims } = authorization
    return {
      ...(roles === undefined ? {} : { roles }),
      ...(claims === undefined ? {} : { claims }),
    }
  }

/** The next pair for a refresh token. */
export const refresh = async (
  context: ServiceContext,
  input: RefreshInput,
): Promise<TokenAnswer> => {
  const { refreshTokens, now } = context
  const { refreshToken, clientId, ...asked } = input
  if (!isText(refreshToken) || !isText(clientId)) return refuseToken('malformed')
  const verdict: Verdict = {}
  const stop = new Error('The family ends.')
  const makeAccessToken = signAccessToken(context, askForToday(context, verdict, stop))
  try {
    const use = { ...asked, token: refreshToken, clientId, makeAccessToken }
    const outcome = await refreshTokens.rotate(use)
    return outcome.kind === 'refused' ? refuseToken(outcome.reason) : answerPair(outcome, now())
  } catch (error) {
    if (error !== stop || verdict.endedFamily === undefined) throw error
    await refreshTokens.revokeFamily(verdict.endedFamily)
    return refuseToken('ended')
  }
}
