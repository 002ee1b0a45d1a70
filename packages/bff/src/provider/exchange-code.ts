import type { LoginOutcome } from '@coatcheck/wire'
import * as oidc from 'openid-client'
import type { Transaction } from '../cookies/transaction.ts'
import type { ResolvedOptions, ResolvedResource } from '../resolve-options.ts'
import { findIdTokenFault } from './check-id-token.ts'
import type { Discovered } from './discover.ts'
import { classifyExchangeFailure } from './failure.ts'
import { parseTokenAnswer, type TokenAnswerFields } from './token-answer.ts'

export interface CodeExchange {
  readonly transaction: Transaction
  readonly resource: ResolvedResource
  /** The callback as configured, with the query the provider answered with. */
  readonly callbackUrl: URL
}

/** How the exchange went; a failure is a login outcome and names what is logged. */
export type CodeExchangeOutcome =
  | { readonly kind: 'done'; readonly answer: TokenAnswerFields; readonly claims: oidc.IDToken }
  | { readonly kind: 'failed'; readonly code: LoginOutcome; readonly cause: unknown }

const invalid = (fault: string): CodeExchangeOutcome => ({
  kind: 'failed',
  code: 'id_token_invalid',
  cause: { name: 'IdTokenFault', code: fault },
})

/** Exchanges the code (RFC 6749, section 4.1.3) and verifies the ID token before anything is used. */
export const exchangeCode = async (
  options: Pick<ResolvedOptions, 'provider' | 'now'>,
  { login }: Discovered,
  { transaction, resource, callbackUrl }: CodeExchange,
): Promise<CodeExchangeOutcome> => {
  try {
    const response = await oidc.authorizationCodeGrant(
      login,
      callbackUrl,
      {
        expectedState: transaction.state,
        expectedNonce: transaction.nonce,
        pkceCodeVerifier: transaction.codeVerifier,
        idTokenExpected: true,
        ...(transaction.maxAge !== undefined && { maxAge: transaction.maxAge }),
      },
      resource.audience === undefined ? {} : { resource: resource.audience },
    )
    const answer = parseTokenAnswer(response)
    const claims = response.claims()
    if (answer?.idToken === undefined || claims === undefined) return invalid('id_token')
    if (response.token_type !== 'bearer') return invalid('token_type')
    const fault = findIdTokenFault(answer.idToken, claims, {
      clientId: options.provider.clientId,
      now: options.now(),
      accessToken: answer.accessToken,
    })
    return fault === undefined ? { kind: 'done', answer, claims } : invalid(fault)
  } catch (cause) {
    return { kind: 'failed', code: classifyExchangeFailure(cause), cause }
  }
}
