import type { Sealer } from '../sealing/create-sealer.ts'
import type { SessionRecord } from './session-record.ts'

/** One access token as the provider issued it. */
export interface AccessToken {
  readonly token: string
  /** Space-separated scope it was issued for. */
  readonly scope: string
  /** Epoch milliseconds. */
  readonly obtainedAt: number
  /** Epoch milliseconds. */
  readonly expiresAt: number
  /** When APIs refused this token or one of its forerunners, epoch milliseconds, last minute only. */
  readonly rejectedAt: readonly number[]
}

/** Everything the provider issued for one session; stored sealed, never sent to a browser whole. */
export interface TokenSet {
  /** Absent where the provider issues none: the session then ends with its access token. */
  readonly refreshToken?: string
  /** Kept only when logout is configured to send it as a hint. */
  readonly idToken?: string
  /** The login's nonce; an ID token from a refresh may repeat it (OpenID Connect Core, 12.2). */
  readonly nonce: string
  /** Access tokens by {@link accessKey}. */
  readonly access: Readonly<Record<string, AccessToken>>
}

/** Results are per resource and scope: a narrower token is another token. */
export const accessKey = (resource: string, scope: string | undefined): string =>
  scope === undefined ? resource : `${resource} ${scope}`

/** The token of that resource and scope; a name that every object has is no token. */
export const findAccessToken = (
  { access }: TokenSet,
  resource: string,
  scope: string | undefined,
): AccessToken | undefined => {
  const key = accessKey(resource, scope)
  return Object.hasOwn(access, key) ? access[key] : undefined
}

/** Where the token set of a session is sealed to. */
export const placeOfTokens = (sid: string): string => `${sid} tokens`

export const sealTokenSet = (sealer: Sealer, sid: string, tokens: TokenSet): string =>
  sealer.seal(JSON.stringify(tokens), placeOfTokens(sid))

/** @throws Error when no configured key opens it: a key was removed too early */
export const openTokenSet = (sealer: Sealer, record: SessionRecord): TokenSet => {
  const text = sealer.open(record.tokens.sealed, placeOfTokens(record.sid))
  if (text === undefined) throw new Error('No sealing key opens this session.')
  return JSON.parse(text) as TokenSet
}
