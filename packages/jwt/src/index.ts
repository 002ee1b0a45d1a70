export type { Algorithm } from './algorithms.ts'
export type { DeniedSubject, DeniedToken, DenyList, DenyListOptions } from './deny-list.ts'
export { createDenyList } from './deny-list.ts'
export type { DpopNonceOptions, DpopOptions } from './dpop/dpop-options.ts'
export type { ProofReason } from './dpop/proof-reason.ts'
export type { JwtErrorCode, JwtErrorDetails } from './errors.ts'
export { JwtError } from './errors.ts'
export type {
  AnswerHeaders,
  Authenticate,
  AuthenticateOptions,
  AuthenticateOutcome,
} from './guard/authenticate.ts'
export { authenticate } from './guard/authenticate.ts'
export type { Authorize, AuthorizeOptions, AuthorizeOutcome } from './guard/authorize.ts'
export { authorize } from './guard/authorize.ts'
export type { CookieOptions, CsrfOptions } from './guard/cookie.ts'
export type { GuardOptions } from './guard/guard-options.ts'
export type { GuardedRequest } from './guard/guarded-request.ts'
export type { Refusal, RefusalBody, RefusalCode } from './guard/refusal.ts'
export type { ScopeClaimOptions } from './guard/scope.ts'
export type { StepUpOptions } from './guard/step-up.ts'
export { createKeyRing } from './key-ring/create-key-ring.ts'
export type { KeyRingOptions } from './key-ring/key-ring-options.ts'
export type { KeyRing, PublishedKeySet, RevokeKeyOutcome } from './key-ring/key-ring-port.ts'
export type { KeyPairVerdict } from './keys/check-key-pair.ts'
export { checkKeyPair } from './keys/check-key-pair.ts'
export type { NamedCryptoKey } from './keys/crypto-key.ts'
export { exportPrivateJwk, exportPrivatePem, exportPublicPem } from './keys/export-key.ts'
export type { GenerateKeyOptions } from './keys/generate-key.ts'
export { generateKey } from './keys/generate-key.ts'
export type { ImportKeyOptions, KeyWarning } from './keys/import-key.ts'
export { importKey } from './keys/import-key.ts'
export type { ImportPublicKeyOptions } from './keys/import-public-key.ts'
export { importPublicKey } from './keys/import-public-key.ts'
export type { Jwk } from './keys/jwk.ts'
export type { JwkSet } from './keys/jwk-set.ts'
export type { KeySource, VerificationKeys } from './keys/key-source.ts'
export type { RemoteKeySet } from './keys/remote-key-set.ts'
export { createRemoteKeySet } from './keys/remote-key-set.ts'
export type { RemoteKeySetOptions } from './keys/remote-key-set-options.ts'
export type { KeyInUse } from './keys/separate-keys.ts'
export { requireSeparateKeys } from './keys/separate-keys.ts'
export type { SigningKey } from './keys/signing-key.ts'
export { calculateThumbprint } from './keys/thumbprint.ts'
export type { RefreshTokens } from './refresh-tokens/create-refresh-tokens.ts'
export { createRefreshTokens } from './refresh-tokens/create-refresh-tokens.ts'
export type { IssueInput } from './refresh-tokens/issue.ts'
export type {
  AboutFamily,
  EndReason,
  IssuedPair,
  IssueOutcome,
  RefreshEvent,
  RefreshRefusal,
  RevokeOutcome,
  RotateOutcome,
} from './refresh-tokens/outcomes.ts'
export type {
  AccessTokenRequest,
  FamilyAccessToken,
  MakeAccessToken,
  RefreshGrant,
} from './refresh-tokens/refresh-grant.ts'
export type { RefreshTokensOptions } from './refresh-tokens/refresh-options.ts'
export type { RevokeInput } from './refresh-tokens/revoke.ts'
export type { RotateInput } from './refresh-tokens/rotate.ts'
export type {
  PresentedSecret,
  RotationDecision,
  RotationLimits,
  RotationState,
} from './rotation/confirm-on-use.ts'
export { confirmOnUse } from './rotation/confirm-on-use.ts'
export type { SealOptions } from './seal/seal.ts'
export { seal } from './seal/seal.ts'
export type { SealingKey } from './seal/sealing-keys.ts'
export type { UnsealOptions } from './seal/unseal.ts'
export { unseal, unsealText } from './seal/unseal.ts'
export type { IssuedToken, Signer } from './signer.ts'
export { createSigner } from './signer.ts'
export type { SignInput } from './signer-claims.ts'
export type { SignerOptions, SignerRules, SignerWarning } from './signer-options.ts'
export type { JwtClaims, OptionalClaim } from './token/claims.ts'
export type { JwtHeader, TypRule } from './token/header.ts'
export type { TokenService } from './token-service/create-token-service.ts'
export { createTokenService } from './token-service/create-token-service.ts'
export type { TokenIssueInput } from './token-service/issue-tokens.ts'
export type { RefreshInput } from './token-service/refresh.ts'
export type { RevocationInput } from './token-service/revoke-token.ts'
export type { RefreshAuthorization, TokenServiceOptions } from './token-service/service-options.ts'
export type { LoginFacts } from './token-service/sign-access-token.ts'
export type {
  OAuthError,
  RevocationAnswer,
  TokenAnswer,
  TokenHeaders,
  TokenRefusal,
  TokenResponse,
} from './token-service/token-answer.ts'
export type { VerifiedToken, Verifier } from './verifier.ts'
export { createVerifier } from './verifier.ts'
export type {
  TrustedIssuer,
  VerifierCacheOptions,
  VerifierOptions,
  VerifierRules,
} from './verifier-options.ts'
