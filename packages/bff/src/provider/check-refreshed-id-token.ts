/** What an ID token of a refresh must repeat (OpenID Connect Core, section 12.2). */
export interface RefreshedIdTokenExpectation {
  readonly issuer: string
  readonly subject: string
  readonly clientId: string
  readonly nonce: string
}

const claimsOf = (idToken: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const claims: unknown = JSON.parse(
      Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString('utf8'),
    )
    return typeof claims === 'object' && claims !== null ? { ...claims } : undefined
  } catch {
    return undefined
  }
}

/**
 * Compares an ID token that came straight from the token endpoint with the login. Pure and total:
 * it runs between the provider's rotation and our write, where nothing may fail.
 */
export const checkRefreshedIdToken = (
  idToken: string,
  { issuer, subject, clientId, nonce }: RefreshedIdTokenExpectation,
): 'same' | 'subject_changed' | 'invalid' => {
  const claims = claimsOf(idToken)
  if (claims === undefined || claims.iss !== issuer) return 'invalid'
  if (claims.sub !== subject) return 'subject_changed'
  const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud]
  if (!audiences.includes(clientId)) return 'invalid'
  return claims.nonce === undefined || claims.nonce === nonce ? 'same' : 'invalid'
}
