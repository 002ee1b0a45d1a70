import type { JwtClaims } from './token/claims.ts'

/**
 * The store's key of a denial. Of fixed length, so that no `iss` or `jti` makes a key too long or
 * one like another's.
 */
export const denyKeyOf = async (
  kind: 'token' | 'subject',
  issuer: string,
  name: string,
): Promise<string> => {
  const text = new TextEncoder().encode(JSON.stringify([issuer, name]))
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text))
  const hex = Array.from(digest, (octet) => octet.toString(16).padStart(2, '0')).join('')
  return `denied-${kind}:${hex}`
}

/** Keys under which a token would be denied; without `jti` only its subject can be. */
export interface ClaimKeys {
  readonly token: string | undefined
  readonly subject: string
}

/** The keys of a token's claims. */
export const hashClaims = async ({ iss, sub, jti }: JwtClaims): Promise<ClaimKeys> => ({
  token: jti === undefined ? undefined : await denyKeyOf('token', iss, jti),
  subject: await denyKeyOf('subject', iss, sub),
})
