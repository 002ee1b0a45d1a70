import type { Algorithm } from '../algorithms.ts'
import { isAlgorithm, keyNeedOf } from '../algorithms.ts'
import { misconfigured, requireKnownOptions } from '../options.ts'
import { isRecord } from '../token/json.ts'
import type { Jwk, KeyMaterial, KeyOperation } from './jwk.ts'
import { hasPrivateMember, readJwk } from './jwk.ts'
import { readPem } from './pem.ts'
import { calculateThumbprint } from './thumbprint.ts'

/** Options of {@link importPublicKey}. */
export interface ImportPublicKeyOptions {
  /** Name of the key. Default the `kid` of the JWK, else its thumbprint (RFC 7638). */
  readonly kid?: string
}

/** A key that passed, without what may be private in it. */
export interface SoundKey {
  readonly kid: string
  readonly material: KeyMaterial
}

/** Refuses what is no algorithm of this package. @throws JwtError `configuration_invalid` */
export const requireAlgorithm = (alg: unknown): void => {
  if (isAlgorithm(alg)) return
  throw misconfigured('alg must name one signature algorithm, spelt as in RFC 7518.')
}

/**
 * Holds a key against the same floors for signing and for verifying, and names it.
 *
 * @throws JwtError `configuration_invalid` with the reason
 */
export const requireSoundKey = async (
  jwk: Jwk,
  alg: Algorithm,
  operation: KeyOperation,
  named: string | undefined,
): Promise<SoundKey> => {
  const kid = named ?? jwk.kid
  const verdict = readJwk({ ...jwk, kid: kid ?? 'thumbprint' }, [alg], operation)
  if (verdict.kind === 'usable') {
    const { material } = verdict
    return { kid: kid ?? (await calculateThumbprint({ ...material })), material }
  }
  throw misconfigured(`The key is refused for ${alg}: ${verdict.reason}.`)
}

/** The JWK to publish. */
export const toPublicJwk = ({ kid, material }: SoundKey, alg: Algorithm): Jwk =>
  Object.freeze({ ...material, kid, alg, use: 'sig' })

/** Reads PEM or JWK as JWK. @throws JwtError `configuration_invalid` */
export const readKeyText = async (material: string | Jwk, alg: Algorithm): Promise<Jwk> => {
  if (typeof material === 'string') return readPem(material, alg)
  if (isRecord(material) && !ArrayBuffer.isView(material)) return material
  throw misconfigured('The key must be PEM text or a JWK object.')
}

/**
 * Reads a public key in PEM (`PUBLIC KEY`) or as JWK, holds it against all floors, and resolves to
 * a JWK that `createVerifier` takes as `keys` and a key set may hold.
 *
 * @throws JwtError `configuration_invalid` when it is private, unfit for `alg`, too weak or broken
 */
export const importPublicKey = async (
  material: string | Jwk,
  alg: Algorithm,
  options: ImportPublicKeyOptions = {},
): Promise<Jwk> => {
  requireKnownOptions(options, ['kid'], 'importPublicKey')
  requireAlgorithm(alg)
  if (keyNeedOf(alg).kty === 'oct') throw misconfigured('An HMAC secret has no public key.')
  const jwk = await readKeyText(material, alg)
  if (hasPrivateMember(jwk)) {
    throw misconfigured('The key is private. A verifier needs its public half only.')
  }
  return toPublicJwk(await requireSoundKey(jwk, alg, 'verify', options.kid), alg)
}
