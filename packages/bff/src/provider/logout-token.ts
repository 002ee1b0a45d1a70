import { compactVerify, createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose'
import { defaults } from '../defaults.ts'
import type { ResolvedOptions } from '../resolve-options.ts'
import type { Discovered } from './discover.ts'
import { parseStrictJson } from './parse-strict-json.ts'

/** What a verified logout token asks for (OpenID Connect Back-Channel Logout, section 2.4). */
export interface LogoutRequest {
  readonly issuer: string
  /** Identifies this token, so that it is used once. */
  readonly tokenId: string
  /** At least one of the two is there. */
  readonly subject: string | undefined
  readonly providerSid: string | undefined
  /** Epoch seconds. */
  readonly issuedAt: number
  /** When no verifier accepts it any more, epoch milliseconds. */
  readonly uselessAt: number
}

/** What came of a logout token; `fault` is the name of the part at fault, never its value. */
export type LogoutTokenOutcome =
  | { readonly kind: 'valid'; readonly request: LogoutRequest }
  | { readonly kind: 'invalid'; readonly fault: string }

/** What the claims are held against. */
export interface LogoutTokenRules {
  readonly issuer: string
  readonly clientId: string
  /** `'optional'` for providers that leave `exp` out, as the first drafts did. */
  readonly expiry: 'required' | 'optional'
  /** Epoch milliseconds. */
  readonly now: number
}

type Claims = Readonly<Record<string, unknown>>

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'

const isObject = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isIdentifier = (value: unknown): value is string =>
  typeof value === 'string' && /^[\x21-\x7e][\x20-\x7e]{0,254}$/.test(value)

const isInstant = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0

const isForUsAlone = (audience: unknown, clientId: string): boolean => {
  const audiences: readonly unknown[] = Array.isArray(audience) ? audience : [audience]
  return audiences.length > 0 && audiences.every((value) => value === clientId)
}

const isLogoutEvent = (events: unknown): boolean =>
  isObject(events) && Object.hasOwn(events, logoutEvent) && isObject(events[logoutEvent])

/** `iat` and `exp` together: made just now, for a short time. */
const findTimeFault = ({ iat, exp }: Claims, { expiry, now }: LogoutTokenRules) => {
  const seconds = now / 1000
  const { leewaySeconds, logoutTokenLifeSeconds } = defaults
  if (!isInstant(iat) || iat > seconds + leewaySeconds) return 'iat'
  if (iat < seconds - logoutTokenLifeSeconds - leewaySeconds) return 'iat'
  if (exp === undefined && expiry === 'optional') return undefined
  if (!isInstant(exp) || exp <= iat || exp + leewaySeconds <= seconds) return 'exp'
  return exp - iat > logoutTokenLifeSeconds ? 'exp' : undefined
}

const isAbsentOr = (isGood: (value: unknown) => boolean, value: unknown): boolean =>
  value === undefined || isGood(value)

/** Section 2.6, steps 3 to 7; the signature has been verified by now. */
const findClaimFault = (claims: Claims, rules: LogoutTokenRules): string | undefined => {
  const { iss, aud, sub, sid, jti, events } = claims
  if (iss !== rules.issuer) return 'iss'
  if (!isForUsAlone(aud, rules.clientId)) return 'aud'
  const timeFault = findTimeFault(claims, rules)
  if (timeFault !== undefined) return timeFault
  if (!isIdentifier(jti)) return 'jti'
  if (!isAbsentOr(isIdentifier, sub)) return 'sub'
  if (!isAbsentOr(isIdentifier, sid)) return 'sid'
  if (sub === undefined && sid === undefined) return 'sub'
  if (!isLogoutEvent(events)) return 'events'
  // What tells it from an ID token; a null is a nonce all the same.
  return Object.hasOwn(claims, 'nonce') ? 'nonce' : undefined
}

const toRequest = (claims: Claims): LogoutRequest => {
  const { iss, jti, sub, sid, iat, exp } = claims
  const issuedAt = Number(iat)
  const end = exp === undefined ? issuedAt + defaults.logoutTokenLifeSeconds : Number(exp)
  return {
    issuer: String(iss),
    tokenId: String(jti),
    subject: typeof sub === 'string' ? sub : undefined,
    providerSid: typeof sid === 'string' ? sid : undefined,
    issuedAt,
    // Room for the leeway at both ends.
    uselessAt: (end + 2 * defaults.leewaySeconds) * 1000,
  }
}

/** An explicit type must be that of a logout token (section 2.4); most providers send `JWT`. */
const isLogoutType = (typ: unknown): boolean =>
  typ === undefined ||
  (typeof typ === 'string' && /^(?:application\/)?(?:jwt|logout\+jwt)$/i.test(typ))

const findHeaderFault = (header: Claims, algorithm: string): string | undefined => {
  if (header.alg !== algorithm) return 'alg'
  if (!isLogoutType(header.typ)) return 'typ'
  if (Object.hasOwn(header, 'crit')) return 'crit'
  return isAbsentOr((kid) => isIdentifier(kid), header.kid) ? undefined : 'kid'
}

/** One text for one token: decoders alone would pass over padding, blanks and unused bits. */
const isCanonical = (part: string): boolean =>
  part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part

const readObject = (part = ''): Claims | undefined => {
  const bytes = Buffer.from(part, 'base64url')
  const text = bytes.toString('utf8')
  const isUtf8 = Buffer.from(text).equals(bytes)
  const value = isUtf8 ? parseStrictJson(text) : undefined
  return isObject(value) ? value : undefined
}

const readCompact = (token: string) => {
  const parts = token.split('.')
  const [header, claims] = [readObject(parts[0]), readObject(parts[1])]
  const isCompact = parts.length === 3 && parts.every(isCanonical)
  return isCompact && header !== undefined && claims !== undefined ? { header, claims } : undefined
}

/** Faults of the key set; anything else jose says is the token's. */
const isOutage = (failure: unknown): boolean =>
  !(failure instanceof errors.JOSEError) ||
  failure instanceof errors.JWKSTimeout ||
  failure instanceof errors.JWKSInvalid ||
  failure.code === 'ERR_JOSE_GENERIC'

const findSignatureFault = async (
  token: string,
  { keys, algorithm }: { readonly keys: JWTVerifyGetKey; readonly algorithm: string },
): Promise<string | undefined> => {
  try {
    await compactVerify(token, keys, { algorithms: [algorithm] })
    return undefined
  } catch (failure) {
    if (isOutage(failure)) throw failure
    return 'signature'
  }
}

/**
 * Verifies logout tokens (OpenID Connect Back-Channel Logout, section 2.6): text, header, signature
 * by the provider's own keys with the registered algorithm, then every claim. That a token is used
 * once is left to the caller.
 *
 * @throws (as a rejection) when the provider's metadata or key set cannot be had
 */
export const createLogoutTokenVerifier = (
  options: Pick<ResolvedOptions, 'provider' | 'now' | 'fetch'>,
  discovered: () => Promise<Discovered>,
): ((token: string) => Promise<LogoutTokenOutcome>) => {
  const { provider, now } = options
  const { issuer, clientId, idTokenAlgorithm: algorithm } = provider
  let keys: JWTVerifyGetKey | undefined

  const keySet = async (): Promise<JWTVerifyGetKey> => {
    const { login } = await discovered()
    keys ??= createRemoteJWKSet(new URL(login.serverMetadata().jwks_uri ?? ''), {
      timeoutDuration: provider.timeoutMs,
      [customFetch]: options.fetch,
    })
    return keys
  }

  return async (token) => {
    const parsed = readCompact(token)
    if (parsed === undefined) return { kind: 'invalid', fault: 'logout_token' }
    const { header, claims } = parsed
    const rules = { issuer, clientId, expiry: provider.logoutTokenExpiry, now: now() }
    const fault =
      findHeaderFault(header, algorithm) ??
      (await findSignatureFault(token, { keys: await keySet(), algorithm })) ??
      findClaimFault(claims, rules)
    return fault === undefined
      ? { kind: 'valid', request: toRequest(claims) }
      : { kind: 'invalid', fault }
  }
}
