import { maximumTokenLength } from '../defaults.ts'
import { JwtError } from '../errors.ts'
import { hasCanonicalEnd } from './base64url.ts'

const compactForm = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/

const malformed = (message: string): JwtError => new JwtError('token_malformed', message)

/**
 * Splits a token into its segments, or refuses the text. Only the compact serialization (RFC 7515,
 * section 7.1) in canonical base64url is read, so that one token has one spelling.
 *
 * @throws JwtError `token_malformed`
 */
export const splitCompact = (token: unknown): readonly [string, string, string] => {
  if (typeof token !== 'string') throw malformed('The token is not a string.')
  if (token.length > maximumTokenLength) throw malformed('The token is too long.')
  const match = compactForm.exec(token)
  if (match === null) throw malformed('The token is not a JWS in compact form.')
  const [, header = '', payload = '', signature = ''] = match
  if (![header, payload, signature].every(hasCanonicalEnd)) {
    throw malformed('A segment of the token is not canonical base64url.')
  }
  return [header, payload, signature]
}
