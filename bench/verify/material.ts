import { randomBytes } from 'node:crypto'
import { exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose'

export const algorithms = ['RS256', 'ES256', 'EdDSA'] as const
export type MeasuredAlgorithm = (typeof algorithms)[number]

export const issuer = 'https://login.example.com'
export const audience = 'https://api.example.com'

/** Distinct tokens in rotation: the users who are busy with one process at a time. */
const poolSize = 300

/** Longer than any run. */
const lifetimeSeconds = 4 * 3600

/** What one algorithm is measured with; it goes to helper processes as JSON. */
export interface Material {
  readonly alg: MeasuredAlgorithm
  readonly kid: string
  readonly publicJwk: JWK
  readonly privateJwk: JWK
  /** The public key once more, as fast-jwt takes it. */
  readonly pem: string
  readonly tokens: readonly string[]
  /** Serves the key set. */
  readonly jwksUrl: string
}

/** What a token says beyond the claims every one has; the same for everybody who signs. */
export const user = {
  subject: '7f9c1d1e-8a3b-4b0e-9d55-3f1f0f6f2b11',
  clientId: 'web',
  scope: 'openid orders:read orders:write',
  roles: ['user', 'editor'],
} as const

/** The header of every token. */
export const headerOf = ({ alg, kid }: Pick<Material, 'alg' | 'kid'>) =>
  ({ alg, typ: 'at+jwt', kid }) as const

/** The claims of a new token, as RFC 9068 wants them, with an identifier of its own. */
export const newClaims = (ttlSeconds: number) => {
  const iat = Math.floor(Date.now() / 1000)
  return {
    iss: issuer,
    sub: user.subject,
    aud: audience,
    exp: iat + ttlSeconds,
    iat,
    jti: randomBytes(16).toString('base64url'),
    client_id: user.clientId,
    scope: user.scope,
    roles: [...user.roles],
  }
}

/** Keys of one algorithm, as JWKs, and tokens that jose signed with them. */
export const makeMaterial = async (alg: MeasuredAlgorithm): Promise<Omit<Material, 'jwksUrl'>> => {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const kid = randomBytes(16).toString('base64url')
  const header = headerOf({ alg, kid })
  const sign = () =>
    new SignJWT(newClaims(lifetimeSeconds)).setProtectedHeader(header).sign(privateKey)
  return {
    alg,
    kid,
    publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
    privateJwk: { ...(await exportJWK(privateKey)), kid, alg, use: 'sig' },
    pem: await exportSPKI(publicKey),
    tokens: await Promise.all(Array.from({ length: poolSize }, sign)),
  }
}

/** The same token as another string, as each request brings one. */
export const copyOf = (token: string): string => Buffer.from(token, 'latin1').toString('latin1')
