import { createHash } from 'node:crypto'
import type { IDToken } from 'openid-client'

/** What an ID token must agree with. */
export interface IdTokenExpectation {
  readonly clientId: string
  /** Epoch milliseconds. */
  readonly now: number
  /** The access token that came along, for `at_hash`. */
  readonly accessToken: string
}

/** Clocks may differ by this much, in seconds. */
const leewaySeconds = 10

/** An ID token is made for this login; an older one is somebody's copy. */
const maximumAgeSeconds = 600

const hashOf = (algorithm: string): string => {
  const bits = /(256|384|512)$/.exec(algorithm)?.[1]
  return `sha${bits ?? '512'}`
}

/** Left half of the access token's hash (OpenID Connect Core, section 3.1.3.6). */
const atHash = (algorithm: string, accessToken: string): string => {
  const digest = createHash(hashOf(algorithm)).update(accessToken, 'ascii').digest()
  return digest.subarray(0, digest.length / 2).toString('base64url')
}

const headerOf = (idToken: string): { alg?: unknown; typ?: unknown } =>
  JSON.parse(Buffer.from(idToken.split('.', 1)[0] ?? '', 'base64url').toString('utf8'))

/** The library decodes blanks and padding away; the compact form has neither (RFC 7515, section 2). */
const compactForm = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** An explicit type is that of another kind of token; ID tokens have none (RFC 8725, section 3.11). */
const isOfAnotherKind = (typ: unknown): boolean => /\+jwt$/i.test(String(typ))

const isForUsAlone = (audience: IDToken['aud'], clientId: string): boolean => {
  const audiences = Array.isArray(audience) ? audience : [audience]
  return audiences.length > 0 && audiences.every((value) => value === clientId)
}

const isSubject = (value: unknown): boolean =>
  typeof value === 'string' && /^[\x20-\x7e]{1,255}$/.test(value)

/**
 * The checks of OpenID Connect Core, section 3.1.3.7, that the protocol library leaves to its
 * caller; it has verified signature, algorithm, issuer, audience, expiry and nonce by now.
 *
 * @returns the name of the claim at fault, or `undefined`
 */
export const findIdTokenFault = (
  idToken: string,
  claims: IDToken,
  { clientId, now, accessToken }: IdTokenExpectation,
): string | undefined => {
  const seconds = now / 1000
  if (!compactForm.test(idToken)) return 'id_token'
  const { alg, typ } = headerOf(idToken)
  if (isOfAnotherKind(typ)) return 'typ'
  if (!isSubject(claims.sub)) return 'sub'
  if (!isForUsAlone(claims.aud, clientId)) return 'aud'
  if (claims.azp !== undefined && claims.azp !== clientId) return 'azp'
  if (!Number.isFinite(claims.iat) || claims.iat > seconds + leewaySeconds) return 'iat'
  if (claims.iat < seconds - maximumAgeSeconds) return 'iat'
  if (!Number.isFinite(claims.exp) || claims.exp <= claims.iat) return 'exp'
  if (claims.at_hash === undefined) return undefined
  return claims.at_hash === atHash(String(alg), accessToken) ? undefined : 'at_hash'
}
