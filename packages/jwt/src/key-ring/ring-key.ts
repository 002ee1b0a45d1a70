import { exportPrivateJwk } from '../keys/export-key.ts'
import { generateKey } from '../keys/generate-key.ts'
import type { Jwk } from '../keys/jwk.ts'
import { misconfigured } from '../options.ts'
import type { ResolvedKeyRing } from './key-ring-options.ts'
import type { RingKey } from './timetable.ts'

/** Makes a key of the ring's algorithm. */
export const makeRingKey = async (
  { algorithm, modulusLength, timing }: ResolvedKeyRing,
  signsFrom: number,
): Promise<RingKey> => {
  const key = await generateKey(algorithm, { ...modulusLength, export: 'allowed' })
  const jwk = await exportPrivateJwk(key)
  return { kid: key.kid, alg: key.alg, signsFrom, keepMs: timing.keepMs, jwk }
}

/** What may be published of a key: each member is named, so that no other can slip through. */
export const toPublicRingJwk = ({ kid, alg, jwk }: RingKey): Jwk => {
  const { kty, n, e, crv, x, y } = jwk
  const names = { kid, alg, use: 'sig' } as const
  switch (kty) {
    case 'RSA':
      return Object.freeze({ kty, n, e, ...names })
    case 'EC':
      return Object.freeze({ kty, crv, x, y, ...names })
    case 'OKP':
      return Object.freeze({ kty, crv, x, ...names })
    default:
      throw misconfigured('The stored key ring holds a key that cannot be published.')
  }
}
