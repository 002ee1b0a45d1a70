import type { Algorithm } from '../algorithms.ts'
import { keyNeedOf } from '../algorithms.ts'
import { JwtError } from '../errors.ts'
import { misconfigured } from '../options.ts'
import { importKey } from './import-key.ts'
import { importPublicKey, requireAlgorithm } from './import-public-key.ts'
import type { Jwk } from './jwk.ts'
import { calculateThumbprint } from './thumbprint.ts'

/** What {@link checkKeyPair} finds. */
export type KeyPairVerdict =
  /** Both are sound and belong together; `thumbprint` is that of both (RFC 7638). */
  | { readonly kind: 'match'; readonly thumbprint: string }
  /** Both are sound, and tokens of the one are refused by the other. */
  | { readonly kind: 'mismatch' }
  /** One of them is refused; `reason` says why in words without any part of a key. */
  | { readonly kind: 'unsound'; readonly which: 'private' | 'public'; readonly reason: string }

/** Thumbprint of the public part, or why the key is refused. */
const judge = async (
  reading: Promise<Jwk | undefined>,
): Promise<{ readonly thumbprint: string } | { readonly reason: string }> => {
  try {
    return { thumbprint: await calculateThumbprint((await reading) as Jwk) }
  } catch (error) {
    if (error instanceof JwtError) return { reason: error.message }
    throw error
  }
}

/**
 * Says whether a private and a public key, each in PEM or as JWK, belong together and are both fit
 * for the algorithm.
 *
 * @throws JwtError `configuration_invalid` when the algorithm is none of key pairs
 */
export const checkKeyPair = async (
  privateKey: string | Jwk,
  publicKey: string | Jwk,
  alg: Algorithm,
): Promise<KeyPairVerdict> => {
  requireAlgorithm(alg)
  if (keyNeedOf(alg).kty === 'oct') throw misconfigured('HMAC has one secret and no key pair.')
  const own = await judge(importKey(privateKey, alg).then(({ publicJwk }) => publicJwk))
  if ('reason' in own) return { kind: 'unsound', which: 'private', reason: own.reason }
  const other = await judge(importPublicKey(publicKey, alg))
  if ('reason' in other) return { kind: 'unsound', which: 'public', reason: other.reason }
  const { thumbprint } = own
  return other.thumbprint === thumbprint ? { kind: 'match', thumbprint } : { kind: 'mismatch' }
}
