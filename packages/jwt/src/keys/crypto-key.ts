import type { CryptoKey } from 'jose'
import type { Algorithm } from '../algorithms.ts'
import { isAlgorithm, keyNeedOf } from '../algorithms.ts'
import { maximumIdentifierLength } from '../defaults.ts'
import { isRecord } from '../token/json.ts'
import { findRsaExponentDefect, findRsaSizeDefect } from './rsa.ts'
import type { SigningKey } from './signing-key.ts'

/** A key the platform holds already, with the names that tokens know it by. */
export interface NamedCryptoKey {
  /** A public key, or an HMAC secret, whose usages include `verify`. */
  readonly key: CryptoKey
  /** Name that a token's header must carry to be verified with this key. */
  readonly kid: string
  /** The one algorithm this key is for. */
  readonly alg: Algorithm
}

/** What WebCrypto says about a key, beyond what every key has. */
interface KeyAlgorithm {
  readonly name?: string
  readonly namedCurve?: string
  readonly hash?: { readonly name?: string }
  readonly length?: number
  readonly modulusLength?: number
  readonly publicExponent?: Uint8Array
}

const findRsaKeyDefect = (own: KeyAlgorithm): string | undefined =>
  findRsaSizeDefect(own.modulusLength ?? 0) ??
  findRsaExponentDefect(own.publicExponent ?? new Uint8Array())

const findHashDefect = (own: KeyAlgorithm, name: string, hash: string): string | undefined =>
  own.name === name && own.hash?.name === hash ? undefined : 'it was imported for another algorithm'

const findAlgorithmDefect = (own: KeyAlgorithm, alg: Algorithm): string | undefined => {
  const need = keyNeedOf(alg)
  switch (need.kty) {
    case 'oct':
      if ((own.length ?? 0) < need.minimumBytes * 8) return `its secret is too short for ${alg}`
      return findHashDefect(own, 'HMAC', need.hash)
    case 'RSA':
      return findHashDefect(own, need.name, need.hash) ?? findRsaKeyDefect(own)
    case 'EC':
      return own.name === 'ECDSA' && own.namedCurve === need.crv
        ? undefined
        : `it is not on the curve of ${alg}`
    case 'OKP':
      return own.name === need.crv ? undefined : `it is not a key for ${alg}`
  }
}

/** Says what is wrong with a named CryptoKey, or `undefined`. */
export const findCryptoKeyDefect = (
  { key, kid, alg }: NamedCryptoKey,
  listed: readonly Algorithm[],
): string | undefined => {
  if (typeof kid !== 'string' || kid === '') return 'it has no kid'
  if (!isAlgorithm(alg) || !listed.includes(alg)) return 'its alg is not listed in algorithms'
  const wanted = keyNeedOf(alg).kty === 'oct' ? 'secret' : 'public'
  if (key?.type !== wanted) return `it must be a ${wanted} key`
  if (!key.usages.includes('verify')) return 'its usages do not include "verify"'
  return findAlgorithmDefect(key.algorithm as KeyAlgorithm, alg)
}

/** What verifiers take as `kid`. */
const isKid = (kid: unknown): boolean =>
  typeof kid === 'string' && /^[\x20-\x7e]+$/.test(kid) && kid.length <= maximumIdentifierLength

/** Says what is wrong with a key that is to sign, or `undefined`. */
export const findSigningKeyDefect = (signingKey: SigningKey): string | undefined => {
  if (!isRecord(signingKey)) return 'it is not { kid, alg, key }'
  const { key, kid, alg } = signingKey
  if (!isKid(kid)) return 'it has no kid of printable ASCII'
  if (!isAlgorithm(alg)) return 'its alg is none that this package signs with'
  const wanted = keyNeedOf(alg).kty === 'oct' ? 'secret' : 'private'
  if (key?.type !== wanted) return `it must be a ${wanted} key`
  if (!key.usages.includes('sign')) return 'its usages do not include "sign"'
  return findAlgorithmDefect(key.algorithm as KeyAlgorithm, alg)
}
