import type { DenyList } from './deny-list.ts'
import { denyListUnavailable } from './deny-record.ts'
import { JwtError } from './errors.ts'
import type { UsableKey } from './keys/key-source.ts'
import type { JwtClaims } from './token/claims.ts'
import { checkClaims, isAlive } from './token/claims.ts'
import { parseCompact } from './token/compact.ts'
import { freezeJson } from './token/freeze.ts'
import type { JwtHeader } from './token/header.ts'
import { checkHeader, checkTyp } from './token/header.ts'
import { verifySignature } from './token/signature.ts'
import { createVerifiedCache } from './verified-cache.ts'
import type { ResolvedIssuer, ResolvedVerifier, VerifierOptions } from './verifier-options.ts'
import { resolveVerifierOptions } from './verifier-options.ts'

/**
 * A token every check of the verifier has passed. It is frozen through and through: the next
 * request with the same token may be given the same object.
 */
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

/** A token that passed every check, with what a second look must hold it against. */
interface CachedToken {
  readonly verified: VerifiedToken
  readonly issuer: ResolvedIssuer
  /** The very key it was verified with. */
  readonly key: UsableKey
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

const findKey = async (issuer: ResolvedIssuer, kid: string): Promise<UsableKey> => {
  const key = await issuer.findKey(kid)
  if (key !== undefined) return key
  throw new JwtError('key_unknown', 'The kid of the token names no key of the issuer.')
}

const verifyAnew = async (
  token: string,
  { algorithms, issuers, now }: ResolvedVerifier,
): Promise<CachedToken> => {
  const parsed = parseCompact(token)
  const header = checkHeader(parsed.header, algorithms)
  const issuer = chooseIssuer(parsed.claims.iss, issuers)
  checkTyp(header, issuer.typ)
  const key = await findKey(issuer, header.kid)
  await verifySignature(parsed, header.alg, key)
  const claims = checkClaims(parsed.claims, issuer.rules, now() / 1000)
  return { verified: freezeJson({ claims, header }), issuer, key }
}

/**
 * Whether a verified token is still good: alive by the clock, and its key still the issuer's. What
 * became of a key that was withdrawn or replaced, the full verification finds out.
 */
const isStillGood = (cached: CachedToken, key: UsableKey | undefined, nowMs: number): boolean =>
  key === cached.key && isAlive(cached.verified.claims, cached.issuer.rules, nowMs / 1000)

/** Whatever a list of somebody else's making throws, nothing is accepted unread. */
const checkDenied = async (denyList: DenyList, claims: JwtClaims): Promise<void> => {
  try {
    await denyList.check(claims)
  } catch (error) {
    throw error instanceof JwtError ? error : denyListUnavailable()
  }
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
  const resolved = resolveVerifierOptions(options)
  const { cacheLimits, denyList, now } = resolved
  const cache = cacheLimits && createVerifiedCache<CachedToken>(cacheLimits)

  /** A kept token, or `undefined` when it must be verified anew. */
  const recall = (token: string): Promise<CachedToken | undefined> | CachedToken | undefined => {
    const cached = cache?.get(token)
    if (cached === undefined) return undefined
    const judge = (key: UsableKey | undefined): CachedToken | undefined => {
      if (isStillGood(cached, key, now())) return cached
      cache?.drop(token)
      return undefined
    }
    const found = cached.issuer.findKey(cached.verified.header.kid)
    return found !== undefined && 'then' in found ? found.then(judge) : judge(found)
  }

  const remember = async (token: string): Promise<CachedToken> => {
    const fresh = await verifyAnew(token, resolved)
    cache?.set(token, fresh)
    return fresh
  }

  return {
    verify: async (token) => {
      const recalled = recall(token)
      const known = recalled !== undefined && 'then' in recalled ? await recalled : recalled
      const { verified } = known ?? (await remember(token))
      if (denyList !== undefined) await checkDenied(denyList, verified.claims)
      return verified
    },
  }
}
