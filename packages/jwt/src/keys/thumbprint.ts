import type { JWK } from 'jose'
import { calculateJwkThumbprint } from 'jose'
import { misconfigured } from '../options.ts'
import type { Jwk } from './jwk.ts'

/**
 * The SHA-256 thumbprint of a key in base64url (RFC 7638): the same for the same key, whoever
 * calculates it and whatever else the JWK says. Private and public JWK of a pair have the same.
 * Danger: of a guessable secret (`oct`), it lets anybody check guesses (RFC 7638, section 7).
 *
 * @throws JwtError `configuration_invalid` when the members that make up a key are missing
 */
export const calculateThumbprint = async (jwk: Jwk): Promise<string> => {
  try {
    return await calculateJwkThumbprint(jwk as JWK, 'sha256')
  } catch {
    throw misconfigured('A thumbprint needs the JWK of an RSA, EC, OKP or oct key.')
  }
}
