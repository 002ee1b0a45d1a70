import { type JwtClaims, JwtError, type VerifiedToken, type Verifier } from '@coatcheck/jwt'

/** A verifier, and the means to make it refuse a token it accepted before. */
export interface BreakableVerifier {
  readonly verifier: Verifier
  /** From now on the verifier refuses this token. */
  readonly breakToken: (claims: JwtClaims) => void
}

/** A token by its name, not by its text: two texts can carry one and the same token. */
const nameOf = ({ iss, jti }: JwtClaims): string => JSON.stringify([iss, jti])

/**
 * Stands in for everything that makes an API refuse a token early: a revocation, a key change, a
 * logout elsewhere. To its caller a broken token looks like any other invalid one.
 */
export const createBreakableVerifier = (
  inner: Verifier,
  now: () => number = Date.now,
): BreakableVerifier => {
  const brokenUntil = new Map<string, number>()

  const forgetExpired = (): void => {
    for (const [name, exp] of brokenUntil) if (exp + 60 < now() / 1000) brokenUntil.delete(name)
  }

  const verify = async (token: string): Promise<VerifiedToken> => {
    const verified = await inner.verify(token)
    if (!brokenUntil.has(nameOf(verified.claims))) return verified
    throw new JwtError('claim_invalid', 'The token was broken on purpose.', { claim: 'jti' })
  }
  return {
    verifier: { verify },
    breakToken: (claims) => {
      forgetExpired()
      brokenUntil.set(nameOf(claims), claims.exp)
    },
  }
}
