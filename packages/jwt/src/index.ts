export type { Algorithm } from './algorithms.ts'
export type { DeniedSubject, DeniedToken, DenyList, DenyListOptions } from './deny-list.ts'
export { createDenyList } from './deny-list.ts'
export type { JwtErrorCode, JwtErrorDetails } from './errors.ts'
export { JwtError } from './errors.ts'
export type {
  Authenticate,
  AuthenticateOptions,
  AuthenticateOutcome,
} from './guard/authenticate.ts'
export { authenticate } from './guard/authenticate.ts'
export type { Authorize, AuthorizeOptions, AuthorizeOutcome } from './guard/authorize.ts'
export { authorize } from './guard/authorize.ts'
export type { GuardedRequest } from './guard/credentials.ts'
export type { GuardOptions } from './guard/guard-options.ts'
export type { Refusal, RefusalBody, RefusalCode } from './guard/refusal.ts'
export type { KeyRing, PublishedKeySet, RevokeKeyOutcome } from './key-ring/key-ring-port.ts'
export type { NamedCryptoKey } from './keys/crypto-key.ts'
export type { Jwk } from './keys/jwk.ts'
export type { JwkSet } from './keys/jwk-set.ts'
export type { KeySource, VerificationKeys } from './keys/key-source.ts'
export type { RemoteKeySet } from './keys/remote-key-set.ts'
export { createRemoteKeySet } from './keys/remote-key-set.ts'
export type { RemoteKeySetOptions } from './keys/remote-key-set-options.ts'
export type { SigningKey } from './keys/signing-key.ts'
export type {
  PresentedSecret,
  RotationDecision,
  RotationLimits,
  RotationState,
} from './rotation/confirm-on-use.ts'
export { confirmOnUse } from './rotation/confirm-on-use.ts'
export type { IssuedToken, Signer } from './signer.ts'
export { createSigner } from './signer.ts'
export type { SignInput } from './signer-claims.ts'
export type { SignerOptions, SignerRules, SignerWarning } from './signer-options.ts'
export type { JwtClaims, OptionalClaim } from './token/claims.ts'
export type { JwtHeader, TypRule } from './token/header.ts'
export type { VerifiedToken, Verifier } from './verifier.ts'
export { createVerifier } from './verifier.ts'
export type {
  TrustedIssuer,
  VerifierCacheOptions,
  VerifierOptions,
  VerifierRules,
} from './verifier-options.ts'
