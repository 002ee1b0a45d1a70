import { createHash } from 'node:crypto'
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose'

/** What a code stands for. */
export interface Grant {
  readonly subject: string
  readonly nonce: string
  /** PKCE challenge (S256) and redirect URI of the request; checked when the code is redeemed. */
  readonly codeChallenge: string | undefined
  readonly redirectUri: string | undefined
}

export interface GrantsOptions {
  readonly clientId: string
  readonly now: () => number
  readonly issuer: () => string
  /** May replace the claims, or the whole ID token. */
  readonly idToken: (claims: JWTPayload) => JWTPayload | Promise<string>
  readonly accessTokenSeconds: () => number
}

/** Codes, refresh tokens and what they are exchanged for: each code and refresh token works once. */
export interface Grants {
  readonly signingKey: CryptoKey
  readonly jwk: JWK
  readonly issued: ReadonlySet<string>
  issueCode(grant: Grant): string
  claims(nonce: string, subject?: string): JWTPayload
  sign(claims: JWTPayload): Promise<string>
  /** A token answer, or `{ error: 'invalid_grant' }`. */
  redeem(parameters: URLSearchParams): Promise<Record<string, unknown>>
}

/** Making an RSA key is slow: the providers of one test file share it, each its own grants. */
const sharedKeys = generateKeyPair('RS256', { extractable: true })

const challengeOf = (codeVerifier: string): string =>
  createHash('sha256').update(codeVerifier).digest('base64url')

/** Whether a code is redeemed by who asked for it (RFC 7636, section 4.6). */
const isRedeemable = (grant: Grant, parameters: URLSearchParams): boolean =>
  grant.codeChallenge === challengeOf(parameters.get('code_verifier') ?? '') &&
  grant.redirectUri === parameters.get('redirect_uri')

export const createGrants = async (options: GrantsOptions): Promise<Grants> => {
  const { privateKey, publicKey } = await sharedKeys
  const jwk = { ...(await exportJWK(publicKey)), kid: 'signing', alg: 'RS256', use: 'sig' }
  const issued = new Set<string>()
  const codes = new Map<string, Grant>()
  const refreshTokens = new Map<string, Grant>()
  let serial = 0

  const issue = (kind: string): string => {
    serial += 1
    const value = `${kind}-${serial}-${'x'.repeat(24)}`
    issued.add(value)
    return value
  }

  const sign = (claims: JWTPayload) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'signing' }).sign(privateKey)

  const claims = (nonce: string, subject = 'alice'): JWTPayload => {
    const seconds = Math.floor(options.now() / 1000)
    const life = { iat: seconds, exp: seconds + 300, auth_time: seconds }
    const profile = { name: 'Alice Example', email: 'alice@example.test', roles: ['user'] }
    return {
      iss: options.issuer(),
      sub: subject,
      aud: options.clientId,
      nonce,
      ...life,
      ...profile,
    }
  }

  const take = (parameters: URLSearchParams): Grant | undefined => {
    const code = parameters.get('code') ?? ''
    const refreshToken = parameters.get('refresh_token') ?? ''
    const fromCode = codes.get(code)
    const grant = fromCode ?? refreshTokens.get(refreshToken)
    codes.delete(code)
    refreshTokens.delete(refreshToken)
    return fromCode !== undefined && !isRedeemable(fromCode, parameters) ? undefined : grant
  }

  const redeem = async (parameters: URLSearchParams): Promise<Record<string, unknown>> => {
    const grant = take(parameters)
    if (grant === undefined) return { error: 'invalid_grant' }
    const scripted = await options.idToken(claims(grant.nonce, grant.subject))
    const idToken = typeof scripted === 'string' ? scripted : await sign(scripted)
    issued.add(idToken)
    const refreshToken = issue('refresh')
    refreshTokens.set(refreshToken, grant)
    return {
      access_token: issue('access'),
      token_type: 'Bearer',
      expires_in: options.accessTokenSeconds(),
      refresh_token: refreshToken,
      id_token: idToken,
      scope: parameters.get('scope') ?? 'openid profile email offline_access orders:read',
    }
  }

  const issueCode = (grant: Grant) => {
    const code = issue('code')
    codes.set(code, grant)
    return code
  }

  return { signingKey: privateKey, jwk, issued, issueCode, claims, sign, redeem }
}
