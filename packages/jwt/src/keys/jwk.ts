import type { Algorithm } from '../algorithms.ts'
import { algorithmsFor, isAlgorithm, keyNeedOf } from '../algorithms.ts'
import { maximumIdentifierLength } from '../defaults.ts'
import { decodeToBytes, isBase64url } from '../token/base64url.ts'
import { isRecord } from '../token/json.ts'
import { findEd25519Defect } from './ed25519.ts'
import { findEcDefect } from './elliptic-curve.ts'
import { findRsaJwkDefect } from './rsa.ts'

/** A JSON Web Key (RFC 7517, section 4): a public or private key, or an HMAC secret (`oct`). */
export interface Jwk {
  /** `RSA`, `EC`, `OKP` or `oct`. */
  readonly kty: string
  /** Name that a token's header must carry to be verified with this key. */
  readonly kid?: string
  /** The one algorithm this key is for. */
  readonly alg?: string
  /** Must be `sig` where present. */
  readonly use?: string
  /** Must contain `verify` where present; in a key that is to sign, `sign`. */
  readonly key_ops?: readonly string[]
  readonly [member: string]: unknown
}

/** The members that make up the key itself, as the platform imports them. */
export type KeyMaterial =
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string }
  | { readonly kty: 'EC'; readonly crv: string; readonly x: string; readonly y: string }
  | { readonly kty: 'OKP'; readonly crv: string; readonly x: string }
  | { readonly kty: 'oct'; readonly k: string }

/** What {@link readJwk} finds. */
export type JwkVerdict =
  | {
      readonly kind: 'usable'
      readonly kid: string
      readonly material: KeyMaterial
      /** The one algorithm the key is tied to; two only where they are names of one (Ed25519). */
      readonly algorithms: readonly Algorithm[]
    }
  /** Nothing wrong with it, but it is for something else: a set may contain it. */
  | { readonly kind: 'foreign'; readonly reason: string }
  /** It claims to be for signatures and is not fit for them. */
  | { readonly kind: 'defective'; readonly reason: string }

type Members = Readonly<Record<string, unknown>>

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'priv', 'k'] as const

/** True when the key carries what only its owner may know; for `oct` that is all of it. */
export const hasPrivateMember = (jwk: Members): boolean =>
  privateMembers.some((name) => jwk[name] !== undefined)

const foreign = (reason: string): JwkVerdict => ({ kind: 'foreign', reason })
const defective = (reason: string): JwkVerdict => ({ kind: 'defective', reason })

/** True for the two names of Ed25519 (RFC 9864, section 2.2). */
const isSameAlgorithm = (left: Algorithm, right: unknown): boolean => {
  const names: readonly unknown[] = ['EdDSA', 'Ed25519']
  return left === right || (names.includes(left) && names.includes(right))
}

/** What a key is to do, as `key_ops` names it (RFC 7517, section 4.3). */
export type KeyOperation = 'sign' | 'verify'

/** Says why `use` or `key_ops` forbid the operation (RFC 7517, sections 4.2 and 4.3). */
const findOtherPurpose = (jwk: Members, operation: KeyOperation): JwkVerdict | undefined => {
  if (jwk.use !== undefined && jwk.use !== 'sig') return foreign('its use is not "sig"')
  if (jwk.key_ops === undefined) return undefined
  const operations: readonly unknown[] = Array.isArray(jwk.key_ops) ? jwk.key_ops : []
  if (!Array.isArray(jwk.key_ops) || new Set(operations).size < operations.length) {
    return defective('its key_ops is not a list of different names')
  }
  return operations.includes(operation)
    ? undefined
    : foreign(`its key_ops do not include "${operation}"`)
}

const findOctDefect = (k: unknown, algorithm: Algorithm): string | undefined => {
  if (!isBase64url(k)) return 'its k is not base64url'
  const need = keyNeedOf(algorithm)
  const floor = need.kty === 'oct' ? need.minimumBytes : 0
  const isShort = decodeToBytes(k).length < floor
  return isShort ? `its secret is shorter than the ${floor} octets of ${algorithm}` : undefined
}

const findDefect = (jwk: Members, algorithm: Algorithm): string | undefined => {
  switch (jwk.kty) {
    case 'RSA':
      return findRsaJwkDefect(jwk.n, jwk.e)
    case 'EC':
      return findEcDefect(jwk.crv, jwk.x, jwk.y)
    case 'OKP':
      return findEd25519Defect(jwk.x)
    default:
      return findOctDefect(jwk.k, algorithm)
  }
}

const pickMaterial = (jwk: Members): KeyMaterial => {
  const { kty, n, e, crv, x, y, k } = jwk
  switch (kty) {
    case 'RSA':
      return { kty, n, e } as KeyMaterial
    case 'EC':
      return { kty, crv, x, y } as KeyMaterial
    case 'OKP':
      return { kty, crv, x } as KeyMaterial
    default:
      return { kty: 'oct', k } as KeyMaterial
  }
}

/** Algorithms of the key's type that its own `alg` leaves. */
const readKeyAlgorithms = (jwk: Members, ofType: readonly Algorithm[]): readonly Algorithm[] =>
  jwk.alg === undefined ? ofType : ofType.filter((algorithm) => isSameAlgorithm(algorithm, jwk.alg))

/** One key, one algorithm (RFC 8725, section 3.1): the first listed one that the key can serve. */
const tie = (own: readonly Algorithm[], listed: readonly Algorithm[]): readonly Algorithm[] => {
  const common = listed.filter((algorithm) => own.includes(algorithm))
  return common.filter((algorithm) => isSameAlgorithm(algorithm, common[0]))
}

const isKid = (kid: unknown): kid is string =>
  typeof kid === 'string' && kid !== '' && kid.length <= maximumIdentifierLength

/** A signature algorithm of another key type or curve is a contradiction, not another purpose. */
const judgeOtherAlgorithm = (alg: unknown): JwkVerdict => {
  const reason = 'its alg is none that a key of its kty and crv serves here'
  return isAlgorithm(alg) || typeof alg !== 'string' ? defective(reason) : foreign(reason)
}

/**
 * Judges one JWK: whether it may verify (or make) signatures of the listed algorithms, of which one
 * it is tied to, and whether it is strong and well formed enough for that. A key without `alg` is
 * tied to the first listed algorithm that fits its type. Private members are the caller's to judge.
 */
export const readJwk = (
  value: unknown,
  listed: readonly Algorithm[],
  operation: KeyOperation = 'verify',
): JwkVerdict => {
  if (!isRecord(value)) return defective('it is not an object')
  const { kty, kid, alg, crv } = value
  if (typeof kty !== 'string') return defective('its kty is missing')
  const ofType = algorithmsFor(kty, crv)
  if (ofType.length === 0) return foreign('its kty or crv is not supported')
  const otherPurpose = findOtherPurpose(value, operation)
  if (otherPurpose !== undefined) return otherPurpose
  const own = readKeyAlgorithms(value, ofType)
  if (own.length === 0) return judgeOtherAlgorithm(alg)
  const algorithms = tie(own, listed)
  const [algorithm] = algorithms
  if (algorithm === undefined) return foreign('it serves none of the listed algorithms')
  if (!isKid(kid)) return foreign('it has no kid, and tokens are matched to keys by kid alone')
  const defect = findDefect(value, algorithm)
  if (defect !== undefined) return defective(defect)
  return { kind: 'usable', kid, algorithms, material: pickMaterial(value) }
}
