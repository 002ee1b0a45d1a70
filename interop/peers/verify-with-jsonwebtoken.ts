import jwt from 'jsonwebtoken'

/** Returns the claims, or throws; `publicKey` is the one that the header's `kid` names. */
export const verifyWithJsonwebtoken = (
  token: string,
  publicKey: jwt.Secret,
  rules: { issuer: string; audience: string; algorithm: jwt.Algorithm },
): jwt.JwtPayload => {
  const { issuer, audience, algorithm } = rules
  const algorithms = [algorithm] // never from the token's header
  const options = { algorithms, issuer, audience, clockTolerance: 5, complete: true } as const
  const { header, payload } = jwt.verify(token, publicKey, options)
  // The library leaves these to its caller.
  if (header.typ?.toLowerCase() !== 'at+jwt') throw new Error('not an access token')
  if (typeof payload === 'string') throw new Error('no claims')
  for (const name of ['exp', 'iat', 'jti', 'sub', 'client_id']) {
    if (payload[name] === undefined) throw new Error(`${name} is missing`)
  }
  if (payload.cnf !== undefined) throw new Error('bound to a key, and no proof was asked for')
  return payload
}
