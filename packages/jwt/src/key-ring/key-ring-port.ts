import type { KeySource } from '../keys/key-source.ts'
import type { SigningKey } from '../keys/signing-key.ts'

/** The published key set of a ring, as it goes over HTTP. */
export interface PublishedKeySet {
  /** A JWK Set of public keys (RFC 7517, section 5). */
  readonly body: string
  /** `content-type`, `cache-control` and `etag`, named in lower case. */
  readonly headers: Readonly<Record<'content-type' | 'cache-control' | 'etag', string>>
}

/** What became of a revocation. */
export type RevokeKeyOutcome = 'revoked' | 'unknown'

/** Signing keys that rotate; made by `createKeyRing`. */
export interface KeyRing extends KeySource {
  /** Longest life of the tokens it signs, in seconds; signers are held to it. */
  readonly tokenLifetimeSeconds: number
  /**
   * The key to sign with now. Call it for every token and keep nothing: it is in memory, and
   * becomes another when the time has come.
   *
   * @throws JwtError `keys_unavailable` when the store cannot be reached and what is known is too
   * old to sign with
   */
  current(): Promise<SigningKey>
  /** The public keys to publish now. @throws JwtError `keys_unavailable` as {@link KeyRing.current} */
  jwks(): Promise<PublishedKeySet>
  /**
   * Takes a key out of the ring at once, in every process within seconds. Tokens it signed are
   * refused by each verifier as soon as that reads the set again: after `cacheAgeSeconds` at most.
   * If it was the signing key, the next one takes its place; verifiers that do not ask again for
   * an unknown `kid` refuse its tokens for as long.
   *
   * @throws JwtError `keys_unavailable` when the store cannot be reached; nothing is revoked then
   */
  revoke(kid: string): Promise<RevokeKeyOutcome>
}
