import * as defaults from './defaults.ts'
import { JwtError } from './errors.ts'
import type { ResolvedSigner } from './signer-options.ts'
import type { JwtClaims } from './token/claims.ts'
import { isIdentifier } from './token/claims.ts'
import { encodeBytes } from './token/encode-base64url.ts'

/** What one token is to say. */
export interface SignInput {
  /** `sub`: the user, or the client itself where no user takes part. At most 255 characters. */
  readonly subject: string
  /** `client_id`: the client the token is for (RFC 8693, section 4.3). */
  readonly clientId: string
  /** Scope values, in one text with single spaces between or as a list. None: no `scope`. */
  readonly scope?: string | readonly string[]
  /** `roles` of the user (RFC 9068, section 2.2.3.1). */
  readonly roles?: readonly string[]
  /** `auth_time`: when the user logged in, epoch seconds (RFC 9068, section 2.2.1). */
  readonly authTime?: number
  /** `acr`: how well the user was authenticated (RFC 9068, section 2.2.1). */
  readonly acr?: string
  /** `amr`: by which methods (RFC 9068, section 2.2.1; RFC 8176). */
  readonly amr?: readonly string[]
  /** Which of the signer's audiences the token is for. Required where it has several. */
  readonly audience?: string | readonly string[]
  /** `cnf.jkt`: thumbprint of the DPoP key the token is bound to (RFC 9449, section 6.1). */
  readonly jkt?: string
  /** Life in whole seconds, up to the signer's `maximumTtlSeconds`. Default the signer's own. */
  readonly ttlSeconds?: number
  /**
   * Further claims. Those the signer itself writes, and marks of other kinds of token, are
   * refused here. Whoever holds the token can read them.
   */
  readonly claims?: Readonly<Record<string, unknown>>
}

/** Claims that only the signer writes, and names that would mislead a reader of the token. */
const reserved: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'iss',
  'sub',
  'aud',
  'exp',
  'iat',
  'nbf',
  'jti',
  'client_id',
  'scope',
  'roles',
  'auth_time',
  'acr',
  'amr',
  'cnf',
  // Marks of logout tokens, security events and ID tokens.
  'events',
  'at_hash',
  'c_hash',
  // JSON.stringify would ask it for the whole payload; many parsers take the other for a parent.
  'toJSON',
  '__proto__',
])

const refused = (message: string, claim?: string): JwtError =>
  new JwtError('signing_refused', message, claim === undefined ? {} : { claim })

const requireIdentifier = (value: unknown, claim: string, maximumLength: number): void => {
  if (isIdentifier(value, maximumLength)) return
  throw refused(`${claim} must be a non-empty text of bounded length.`, claim)
}

const requireTexts = (values: readonly string[], claim: string): void => {
  const isList =
    Array.isArray(values) &&
    values.every((value) => isIdentifier(value, defaults.maximumIdentifierLength))
  if (!isList) throw refused(`${claim} must be a list of non-empty texts.`, claim)
}

const chooseAudience = (
  asked: string | readonly string[] | undefined,
  own: readonly string[],
): string | readonly string[] => {
  const [only = ''] = own
  if (asked === undefined && own.length === 1) return only
  const list: readonly unknown[] = Array.isArray(asked) ? asked : [asked]
  if (list.length > 0 && list.every((audience) => own.includes(audience as string))) {
    return (list.length === 1 ? list[0] : [...list]) as string | readonly string[]
  }
  throw refused("audience must name one of the signer's audiences, or a list of them.", 'aud')
}

/** One scope value (RFC 6749, section 3.3). */
const scopeValue = /^[\x21\x23-\x5b\x5d-\x7e]+$/

const joinScope = (scope: string | readonly string[]): string | undefined => {
  if (scope?.length === 0) return undefined
  const values: readonly unknown[] = typeof scope === 'string' ? scope.split(' ') : scope
  const isWellFormed =
    Array.isArray(values) &&
    values.every((value) => typeof value === 'string' && scopeValue.test(value))
  if (isWellFormed) return values.join(' ')
  throw refused('scope must be scope values with single spaces between, or a list.', 'scope')
}

const chooseTtl = (asked: number | undefined, rules: ResolvedSigner): number => {
  const ttl = asked === undefined ? rules.ttlSeconds : asked
  if (Number.isInteger(ttl) && ttl >= 1 && ttl <= rules.maximumTtlSeconds) return ttl
  throw refused(`ttlSeconds must be a whole number from 1 to ${rules.maximumTtlSeconds}.`, 'exp')
}

const makeJwtId = (rules: ResolvedSigner): string => {
  const octets = rules.randomBytes(defaults.jwtIdBytes)
  if (octets?.length === defaults.jwtIdBytes) return encodeBytes(octets)
  throw refused('randomBytes gave another number of octets than it was asked for.', 'jti')
}

const checkOwnClaims = (claims: Readonly<Record<string, unknown>>): void => {
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) {
    throw refused('claims must be an object.')
  }
  for (const name of Object.keys(claims)) {
    if (reserved.has(name)) {
      throw refused(`claims must not hold ${name}: the signer writes it, or nobody.`, name)
    }
  }
}

/** SHA-256 in base64url without padding. */
const thumbprint = /^[A-Za-z0-9_-]{43}$/

const describeUser = (input: SignInput): Record<string, unknown> => {
  const { roles, authTime, acr, amr } = input
  if (roles !== undefined) requireTexts(roles, 'roles')
  if (amr !== undefined) requireTexts(amr, 'amr')
  if (acr !== undefined) requireIdentifier(acr, 'acr', defaults.maximumIdentifierLength)
  if (authTime !== undefined && !(Number.isFinite(authTime) && authTime > 0)) {
    throw refused('authTime must be epoch seconds.', 'auth_time')
  }
  return { roles, auth_time: authTime, acr, amr }
}

const bindToKey = (jkt: string | undefined): { readonly jkt: string } | undefined => {
  if (jkt === undefined) return undefined
  if (typeof jkt === 'string' && thumbprint.test(jkt)) return { jkt }
  throw refused('jkt must be the SHA-256 thumbprint of a key, in base64url.', 'cnf')
}

/**
 * Puts the claims together that only the signer writes (RFC 9068, section 2.2), and looks at the
 * names of the caller's own. Members without a value are left out when the claims become JSON.
 *
 * @throws JwtError `signing_refused`
 */
export const makeClaims = (input: SignInput, rules: ResolvedSigner): JwtClaims => {
  requireIdentifier(input.subject, 'sub', defaults.maximumIdentifierLength)
  requireIdentifier(input.clientId, 'client_id', defaults.maximumUriLength)
  if (input.claims !== undefined) checkOwnClaims(input.claims)
  const iat = Math.floor(rules.now() / 1000)
  // JSON would write null, which some readers take for a token that never ends.
  if (!Number.isSafeInteger(iat)) throw refused('now must give epoch milliseconds.', 'iat')
  return {
    iss: rules.issuer,
    sub: input.subject,
    aud: chooseAudience(input.audience, rules.audience),
    exp: iat + chooseTtl(input.ttlSeconds, rules),
    iat,
    jti: makeJwtId(rules),
    client_id: input.clientId,
    scope: input.scope === undefined ? undefined : joinScope(input.scope),
    ...describeUser(input),
    cnf: bindToKey(input.jkt),
  } as JwtClaims
}
