import * as oidc from 'openid-client'
import { describeFailure } from '../log.ts'
import type { ResolvedOptions } from '../resolve-options.ts'
import { type AuthorizationRequest, authorizationUrl } from './authorization-url.ts'
import { checkAnswerIssuer } from './check-answer-issuer.ts'
import type { RevocationOutcome } from './create-revocation-queue.ts'
import { createDiscovery } from './discover.ts'
import { type EndSessionRequest, endSessionUrl } from './end-session-url.ts'
import { type CodeExchange, type CodeExchangeOutcome, exchangeCode } from './exchange-code.ts'
import { classifyProviderFailure, type ProviderFailure } from './failure.ts'
import { createLogoutTokenVerifier, type LogoutTokenOutcome } from './logout-token.ts'
import { type RefreshAnswer, type RefreshRequest, requestRefresh } from './request-refresh.ts'

/** Where to send the browser, or why that is not known. */
export type AuthorizationUrlOutcome =
  | { readonly kind: 'ready'; readonly url: URL }
  | { readonly kind: 'failed'; readonly code: ProviderFailure['code']; readonly cause: unknown }

/** The OpenID provider, seen as what each flow needs of it. */
export interface Provider {
  authorizationUrl(request: AuthorizationRequest): Promise<AuthorizationUrlOutcome>
  checkAnswerIssuer(
    iss: string | undefined,
  ): Promise<'ours' | 'issuer_mismatch' | ProviderFailure['code']>
  exchangeCode(exchange: CodeExchange): Promise<CodeExchangeOutcome>
  refresh(request: RefreshRequest): Promise<RefreshAnswer>
  /** One attempt (RFC 7009); never rejects. */
  revoke(refreshToken: string): Promise<RevocationOutcome>
  /** `undefined` also when the provider cannot be reached: the local logout stands. */
  endSessionUrl(request: EndSessionRequest): Promise<string | undefined>
  /** Rejects when metadata or key set cannot be had. */
  verifyLogoutToken(token: string): Promise<LogoutTokenOutcome>
}

export const createProvider = (options: ResolvedOptions): Provider => {
  const discovered = createDiscovery(options)

  const report = (event: string, message: string) => (failure: unknown) => {
    options.log.warn({ event, failure: describeFailure(failure) }, message)
  }

  const revoke = async (refreshToken: string) => {
    const { login } = await discovered()
    if (login.serverMetadata().revocation_endpoint === undefined) return
    await oidc.tokenRevocation(login, refreshToken, { token_type_hint: 'refresh_token' })
  }

  return {
    authorizationUrl: async (request) => {
      try {
        const url = await authorizationUrl(options, await discovered(), request)
        return { kind: 'ready', url }
      } catch (cause) {
        return { kind: 'failed', code: classifyProviderFailure(cause), cause }
      }
    },
    checkAnswerIssuer: (iss) =>
      discovered().then((found) => checkAnswerIssuer(found, iss), classifyProviderFailure),
    exchangeCode: async (exchange) => {
      try {
        return await exchangeCode(options, await discovered(), exchange)
      } catch (cause) {
        return { kind: 'failed', code: classifyProviderFailure(cause), cause }
      }
    },
    refresh: async (request) => {
      try {
        return await requestRefresh(await discovered(), request)
      } catch (cause) {
        return { kind: 'failed', code: 'provider_unavailable', cause }
      }
    },
    revoke: async (refreshToken) => {
      try {
        await revoke(refreshToken)
        return 'done'
      } catch (failure) {
        report('provider.revocation_failed', 'A refresh token could not be revoked.')(failure)
        // What the client's registration forbids today may be mended by the next attempt.
        return classifyProviderFailure(failure) === 'provider_error' ? 'refused' : 'later'
      }
    },
    endSessionUrl: async (request) => {
      try {
        return endSessionUrl(await discovered(), request)
      } catch (failure) {
        report(
          'provider.end_session_unknown',
          'The logout URL of the provider is unknown.',
        )(failure)
        return undefined
      }
    },
    verifyLogoutToken: createLogoutTokenVerifier(options, discovered),
  }
}
