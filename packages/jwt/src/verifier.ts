import { JwtError } from './errors.ts'
import type { JwtClaims } from './token/claims.ts'
import { checkClaims } from './token/claims.ts'
import { parseCompact } from './token/compact.ts'
import type { JwtHeader } from './token/header.ts'
import { checkHeader, checkTyp } from './token/header.ts'
import { verifySignature } from './token/signature.ts'
import type { ResolvedIssuer, VerifierOptions } from './verifier-options.ts'
import { resolveVerifierOptions } from './verifier-options.ts'

/** A token every check of the verifier has passed. */
export interface VerifiedToken {
  readonly claims: JwtClaims
  readonly header: JwtHeader
}

/** Verifies access tokens; made by {@link createVerifier}. */
export interface Verifier {
  /**
   * Verifies one token in compact form.
   *
   * @throws JwtError (as a rejection) with the code that tells why; never any other error, whatever
   * the input, and never with a part of the token
   */
  verify(token: string): Promise<VerifiedToken>
}

const chooseIssuer = (
  iss: unknown,
  issuers: ReadonlyMap<string, ResolvedIssuer>,
): ResolvedIssuer => {
  if (iss === undefined) {
    throw new JwtError('claim_missing', 'The claim iss is missing.', { claim: 'iss' })
  }
  if (typeof iss !== 'string') {
    throw new JwtError('claim_invalid', 'The claim iss must be a text.', { claim: 'iss' })
  }
  const issuer = issuers.get(iss)
  if (issuer !== undefined) return issuer
  throw new JwtError('claim_mismatch', 'The token is from another issuer.', { claim: 'iss' })
}

/**
 * Creates a verifier of JWT access tokens (RFC 9068) with the rules of RFC 8725: algorithms,
 * issuer and audience are always named by the caller, keys come only from the configuration and
 * are matched by `kid`, and the text of a token is read strictly before anything else happens.
 *
 * @example
 * ```ts
 * const verifier = createVerifier({
 *   issuer: 'https://login.example.com',
 *   audience: 'https://api.example.com',
 *   algorithms: ['RS256'],
 *   keys: createRemoteKeySet('https://login.example.com/jwks'),
 * })
 * const { claims } = await verifier.verify(token)
 * ```
 *
 * @throws JwtError `configuration_invalid` when an option or a key is wrong
 */
export const createVerifier = (options: VerifierOptions): Verifier => {
  const { issuers, algorithms, now } = resolveVerifierOptions(options)
  return {
    verify: async (token) => {
      const parsed = parseCompact(token)
      const header = checkHeader(parsed.header, algorithms)
      const issuer = chooseIssuer(parsed.claims.iss, issuers)
      checkTyp(header, issuer.typ)
      const key = await issuer.findKey(header.kid)
      if (key === undefined) {
        throw new JwtError('key_unknown', 'The kid of the token names no key of the issuer.')
      }
      await verifySignature(parsed, header.alg, key)
      return { claims: checkClaims(parsed.claims, issuer.rules, now() / 1000), header }
    },
  }
}
