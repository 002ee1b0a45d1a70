import { createHash, randomUUID } from 'node:crypto'
import type { Jwk } from '../keys/jwk.ts'
import type { TestKey } from './keys.ts'
import { makeEcKey } from './keys.ts'
import type { Members } from './tokens.ts'
import { makeToken, nowSeconds, signContent } from './tokens.ts'

/** Where the tests' API is reached. */
export const publicUrl = 'https://api.example'

/** The key of the tests' client. */
export const clientKey: TestKey = makeEcKey('ES256', 'client')

/** A key of somebody else. */
export const otherKey: TestKey = makeEcKey('ES256', 'other')

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url')

/** The members of a public key that make it up, in the order of RFC 7638, section 3.2. */
export const bareJwk = ({ jwk }: TestKey): Jwk => {
  const { crv, e, kty, n, x, y } = jwk
  return JSON.parse(JSON.stringify({ crv, e, kty, n, x, y }))
}

export const thumbprintOf = (key: TestKey): string => sha256(JSON.stringify(bareJwk(key)))

/** A good access token, bound to the client's key. */
export const makeBoundToken = (claims: Members = {}, key: TestKey = clientKey): string =>
  makeToken({ claims: { cnf: { jkt: thumbprintOf(key) }, ...claims } })

/** A good proof for GET / with that token; a member set to `undefined` is left out. */
export const makeProof = (
  token: string,
  changes: { readonly header?: Members; readonly claims?: Members; readonly key?: TestKey } = {},
): string => {
  const key = changes.key ?? clientKey
  const header = { typ: 'dpop+jwt', alg: key.alg, jwk: bareJwk(key), ...changes.header }
  const claims = {
    jti: randomUUID(),
    htm: 'GET',
    htu: `${publicUrl}/`,
    iat: nowSeconds,
    ath: sha256(token),
    ...changes.claims,
  }
  return signContent(header, claims, key)
}
