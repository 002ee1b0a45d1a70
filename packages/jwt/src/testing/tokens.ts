import type { JwkSet } from '../keys/jwk-set.ts'
import type { TestKey } from './keys.ts'
import { makeEcKey, makeEdKey, makeRsaKey, signOctets } from './keys.ts'

/** The instant all tests live at, epoch seconds. */
export const nowSeconds = 1_800_000_000

/** The tests' clock. */
export const now = (): number => nowSeconds * 1000

export const issuer = 'https://login.example'
export const audience = 'https://api.example'

/** A value no answer, error or log may ever show. */
export const canary = 'canary-subject-7f3a'

type KeyName = 'rs' | 'ps' | 'es' | 'ed'

/** The issuer's keys; made once for a test file. */
export const keys: Readonly<Record<KeyName, TestKey>> = {
  rs: makeRsaKey('RS256', 'rs'),
  ps: makeRsaKey('PS256', 'ps'),
  es: makeEcKey('ES256', 'es'),
  ed: makeEdKey('EdDSA', 'ed'),
}

/** Keys nobody trusts, under the issuer's names. */
export const attacker: Readonly<Record<Exclude<KeyName, 'ps'>, TestKey>> = {
  rs: makeRsaKey('RS256', 'rs'),
  es: makeEcKey('ES256', 'es'),
  ed: makeEdKey('EdDSA', 'ed'),
}

/** The set the issuer publishes. */
export const jwks: JwkSet = {
  keys: [keys.rs.jwk, keys.ps.jwk, keys.es.jwk, keys.ed.jwk],
}

export type Members = Readonly<Record<string, unknown>>

/** The claims of a good token. A member set to `undefined` is left out. */
export const makeClaims = (changes: Members = {}): Members => ({
  iss: issuer,
  aud: audience,
  sub: canary,
  client_id: 'spa',
  jti: 'jti-1',
  iat: nowSeconds - 10,
  exp: nowSeconds + 300,
  scope: 'orders:read orders:write',
  roles: ['user'],
  ...changes,
})

/** The header of a good token of that key. */
export const makeHeader = (key: TestKey = keys.es, changes: Members = {}): Members => ({
  alg: key.alg,
  typ: 'at+jwt',
  kid: key.kid,
  ...changes,
})

type Content = string | Uint8Array | Members

const toOctets = (content: Content): Uint8Array => {
  if (content instanceof Uint8Array) return content
  return Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
}

/** base64url of text, octets or JSON. */
export const encode = (content: Content): string =>
  Buffer.from(toOctets(content)).toString('base64url')

/** A token over two segments as they are, signed by a genuine key with its own algorithm. */
export const signSegments = (header: string, payload: string, key: TestKey = keys.es): string => {
  const signature = signOctets(key.alg, key.signingKey, Buffer.from(`${header}.${payload}`))
  return `${header}.${payload}.${signature.toString('base64url')}`
}

/** A token over a header and payload of any content, genuinely signed. */
export const signContent = (header: Content, payload: Content, key: TestKey = keys.es): string =>
  signSegments(encode(header), encode(payload), key)

/** A good token with the given changes, genuinely signed. */
export const makeToken = (
  changes: { readonly header?: Members; readonly claims?: Members; readonly key?: TestKey } = {},
): string => {
  const key = changes.key ?? keys.es
  return signContent(makeHeader(key, changes.header), makeClaims(changes.claims), key)
}
