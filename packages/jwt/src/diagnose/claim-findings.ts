import {
  maximumAudiences,
  maximumIdentifierLength,
  maximumLifetimeSeconds,
  maximumTtlSeconds,
  maximumUriLength,
} from '../defaults.ts'
import { isIdentifier } from '../token/claims.ts'
import { judgeContent } from './content-findings.ts'
import type { Finding } from './finding.ts'
import { error, holding, warning } from './finding.ts'

type Claims = Readonly<Record<string, unknown>>

const isInstant = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value)

/** Epoch seconds of the year 5138; whatever is larger was meant in milliseconds. */
const largestSeconds = 1e11

const judgeInstant = (claims: Claims, claim: 'exp' | 'iat' | 'nbf'): readonly Finding[] => {
  const value = claims[claim]
  if (value === undefined) {
    if (claim === 'nbf') return []
    const because = claim === 'exp' ? 'it would be good for ever' : 'its age cannot be told'
    return [error(`${claim}_missing`, `${claim} is missing: ${because}.`)]
  }
  if (!isInstant(value)) {
    return [error(`${claim}_invalid`, `${claim} is not a number of seconds since 1970.`)]
  }
  if (Math.abs(value) < largestSeconds) return []
  return [error(`${claim}_invalid`, `${claim} is in milliseconds, it seems; seconds are meant.`)]
}

const judgeLifetime = (claims: Claims, nowSeconds: number): readonly Finding[] => {
  const { exp, iat, nbf } = claims
  const life = isInstant(exp) && isInstant(iat) ? exp - iat : undefined
  const isLater = (instant: unknown) => isInstant(instant) && instant > nowSeconds
  const isLong = life !== undefined && life > maximumTtlSeconds
  return holding([
    [isInstant(exp) && exp <= nowSeconds, error('expired', 'exp has passed.')],
    [isLater(iat), error('iat_future', 'iat lies in the future: a clock is wrong.')],
    [isLater(nbf), error('nbf_future', 'nbf lies in the future: it is not valid yet.')],
    [life !== undefined && life <= 0, error('exp_before_iat', 'exp is not later than iat.')],
    [
      isInstant(exp) && isInstant(nbf) && exp <= nbf,
      error('exp_before_nbf', 'exp is not later than nbf.'),
    ],
    [
      isLong && life <= maximumLifetimeSeconds,
      warning('lifetime_long', 'It lives for more than an hour: so long a stolen one works.'),
    ],
    [
      isLong && life > maximumLifetimeSeconds,
      warning(
        'lifetime_long',
        'It lives for more than a day. A verifier refuses it, unless maximumLifetimeSeconds says otherwise.',
      ),
    ],
  ])
}

const judgeAudience = (aud: unknown): readonly Finding[] => {
  if (aud === undefined) {
    const message = 'aud is missing: a token for one API is then good at all of them.'
    return [warning('aud_missing', message)]
  }
  const members: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  const isWellFormed =
    members.length > 0 &&
    members.length <= maximumAudiences &&
    members.every((member) => isIdentifier(member, maximumUriLength))
  return isWellFormed ? [] : [error('aud_invalid', 'aud is not a text or a list of texts.')]
}

const judgeNames = (claims: Claims): readonly Finding[] => {
  const { iss, sub, jti, client_id: clientId, scope } = claims
  const isBad = (value: unknown, length: number) =>
    value !== undefined && !isIdentifier(value, length)
  return holding([
    [iss === undefined, error('iss_missing', 'iss is missing: nobody says who issued it.')],
    [isBad(iss, maximumUriLength), error('iss_invalid', 'iss is not a text of bounded length.')],
    [sub === undefined, error('sub_missing', 'sub is missing: it is about nobody.')],
    [
      isBad(sub, maximumIdentifierLength),
      error('sub_invalid', 'sub is not a text of at most 255 characters.'),
    ],
    [
      jti === undefined,
      warning('jti_missing', 'jti is missing: this one token cannot be denied before it expires.'),
    ],
    [
      isBad(jti, maximumIdentifierLength),
      error('jti_invalid', 'jti is not a text of at most 255 characters.'),
    ],
    [
      clientId === undefined,
      warning(
        'client_id_missing',
        "client_id is missing: a client's own token looks like a user's.",
      ),
    ],
    [
      isBad(clientId, maximumUriLength),
      error('client_id_invalid', 'client_id is not a text of bounded length.'),
    ],
    [
      scope !== undefined && typeof scope !== 'string',
      error('scope_invalid', 'scope is not one text with spaces between the values.'),
    ],
  ])
}

/** Marks of the kinds of token that are no access tokens. */
const judgeKind = (claims: Claims): readonly Finding[] => {
  const { events, at_hash: tokenHash, c_hash: codeHash, nonce } = claims
  const isIdToken = [tokenHash, codeHash, nonce].some((mark) => mark !== undefined)
  return holding([
    [
      isIdToken,
      warning(
        'id_token',
        'It looks like an ID token, which is for the client and never for an API.',
      ),
    ],
    [
      events !== undefined,
      warning('event_token', 'It looks like a logout token or a security event.'),
    ],
  ])
}

/** Says what is missing, wrong or dangerous in the claims of a token at that instant. */
export const judgeClaims = (claims: Claims, nowSeconds: number): readonly Finding[] => [
  ...(['exp', 'iat', 'nbf'] as const).flatMap((claim) => judgeInstant(claims, claim)),
  ...judgeLifetime(claims, nowSeconds),
  ...judgeAudience(claims.aud),
  ...judgeNames(claims),
  ...judgeKind(claims),
  ...judgeContent(claims),
]
