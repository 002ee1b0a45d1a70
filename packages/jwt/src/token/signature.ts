import type { CryptoKey } from 'jose'
import type { Algorithm } from '../algorithms.ts'
import { verifyParametersOf } from '../algorithms.ts'
import { JwtError } from '../errors.ts'
import type { UsableKey } from '../keys/key-source.ts'
import type { CompactToken } from './compact.ts'

/** The key, or the reason why the platform would not import it: its point or modulus is unfit. */
const load = async (key: UsableKey): Promise<CryptoKey> => {
  try {
    return await key.load()
  } catch {
    throw new JwtError('key_unknown', 'The key of that kid cannot be used on this platform.')
  }
}

/** Some platforms throw for a signature of the wrong length, others say false. */
const verify = (token: CompactToken, algorithm: Algorithm, key: CryptoKey): Promise<boolean> =>
  crypto.subtle
    .verify(verifyParametersOf(algorithm), key, token.signature, token.signingInput)
    .catch(() => false)

/**
 * Verifies the signature of a token whose text and header were checked before. The platform is
 * asked directly, with a key that was judged when it was loaded: a second reading of the token by
 * a library would find nothing that is not refused already.
 *
 * @throws JwtError `algorithm_not_allowed`, `key_unknown`, `signature_invalid`
 */
export const verifySignature = async (
  token: CompactToken,
  algorithm: Algorithm,
  key: UsableKey,
): Promise<void> => {
  if (!key.algorithms.includes(algorithm)) {
    throw new JwtError('algorithm_not_allowed', 'The key of that kid is for another algorithm.')
  }
  if (await verify(token, algorithm, await load(key))) return
  throw new JwtError('signature_invalid', 'The signature does not verify.')
}
