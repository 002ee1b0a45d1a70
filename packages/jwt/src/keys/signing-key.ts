import type { CryptoKey } from 'jose'
import type { Algorithm } from '../algorithms.ts'
import type { Jwk } from './jwk.ts'

/** A key that signs, with the names that tokens know it by; from `generateKey` or `importKey`. */
export interface SigningKey {
  /** Name that the header of every token it signs carries. */
  readonly kid: string
  /** The one algorithm this key is for. */
  readonly alg: Algorithm
  /** The private key, or the HMAC secret. */
  readonly key: CryptoKey
  /**
   * What verifiers need: public members, `kid`, `alg` and `use`. Absent for HMAC, where signing
   * and verifying take the same secret.
   */
  readonly publicJwk?: Jwk
}
