import type { Algorithm } from 'fast-jwt'
import { createVerifier } from 'fast-jwt'

/** Creates a function that resolves to the claims, or rejects. */
export const createFastVerifier = (rules: {
  issuer: string
  audience: string
  algorithm: Algorithm
  findPublicPem: (kid: string) => Promise<string | Buffer>
}): ((token: string) => Promise<Record<string, unknown>>) => {
  const verify = createVerifier({
    key: ({ header }: { header: { kid?: string } }) => rules.findPublicPem(header.kid ?? ''),
    algorithms: [rules.algorithm], // never from the token's header
    allowedIss: rules.issuer,
    allowedAud: rules.audience,
    requiredClaims: ['iss', 'aud', 'exp', 'iat', 'jti', 'sub', 'client_id'],
    checkTyp: 'at+jwt',
    clockTolerance: 5000,
  })
  return async (token) => {
    const claims = await verify(token)
    if (claims.cnf !== undefined) throw new Error('bound to a key, and no proof was asked for')
    return claims
  }
}
