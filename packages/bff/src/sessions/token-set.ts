import type { Sealer } from '../sealing/create-sealer.ts'
import type { SealedTokens, SessionRecord } from './session-record.ts'

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

/** What the provider issued to the BFF alone. */
export interface Grant {
  /** Absent where the provider issues none: the session then ends with its access token. */
  readonly refreshToken?: string
  /** Kept only when logout is configured to send it as a hint. */
  readonly idToken?: string
  /** The login's nonce; an ID token from a refresh may repeat it (OpenID Connect Core, 12.2). */
  readonly nonce: string
}

/** Everything the provider issued for one session; stored sealed, never sent to a browser whole. */
export interface TokenSet extends Grant {
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

/** A token set as it is stored, before it has a generation. */
export type SealedTokenSet = Omit<SealedTokens, 'generation'>

/** Where the parts of a session's token set are sealed to. */
const placeOfGrant = (sid: string): string => `${sid} grant`
const placeOfAccess = (sid: string, key: string): string => `${sid} access ${key}`

export const sealTokenSet = (sealer: Sealer, sid: string, tokens: TokenSet): SealedTokenSet => {
  const { access, ...grant } = tokens
  const sealed = Object.entries(access).map(([key, token]) => [
    key,
    sealer.seal(JSON.stringify(token), placeOfAccess(sid, key)),
  ])
  return {
    grant: sealer.seal(JSON.stringify(grant), placeOfGrant(sid)),
    access: Object.fromEntries(sealed),
  }
}

const open = (sealer: Sealer, sealed: string, place: string): unknown => {
  const text = sealer.open(sealed, place)
  if (text === undefined) throw new Error('No sealing key opens this session.')
  return JSON.parse(text)
}

const openAt = (sealer: Sealer, { sid, tokens }: SessionRecord, key: string): AccessToken =>
  open(sealer, tokens.access[key] ?? '', placeOfAccess(sid, key)) as AccessToken

/** @throws Error when no configured key opens it: a key was removed too early */
export const openGrant = (sealer: Sealer, { sid, tokens }: SessionRecord): Grant =>
  open(sealer, tokens.grant, placeOfGrant(sid)) as Grant

/** @throws Error as {@link openGrant} does */
export const openTokenSet = (sealer: Sealer, record: SessionRecord): TokenSet => {
  const keys = Object.keys(record.tokens.access)
  const access = Object.fromEntries(keys.map((key) => [key, openAt(sealer, record, key)]))
  return { ...openGrant(sealer, record), access }
}

/**
 * The token of that resource and scope alone; a name that every object has is no token.
 *
 * @throws Error as {@link openGrant} does
 */
export const openAccessToken = (
  sealer: Sealer,
  record: SessionRecord,
  { resource, scope }: { readonly resource: string; readonly scope: string | undefined },
): AccessToken | undefined => {
  const key = accessKey(resource, scope)
  return Object.hasOwn(record.tokens.access, key) ? openAt(sealer, record, key) : undefined
}

/** The same token set under the newest key; `undefined` when that key sealed all of it. */
export const sealTokensAnew = (
  sealer: Sealer,
  { sid, tokens }: SessionRecord,
): SealedTokens | undefined => {
  const grant = sealer.sealAnew(tokens.grant, placeOfGrant(sid))
  const access = Object.entries(tokens.access).flatMap(([key, sealed]) => {
    const anew = sealer.sealAnew(sealed, placeOfAccess(sid, key))
    return anew === undefined ? [] : [[key, anew]]
  })
  if (grant === undefined && access.length === 0) return undefined
  return {
    generation: tokens.generation,
    grant: grant ?? tokens.grant,
    access: { ...tokens.access, ...Object.fromEntries(access) },
  }
}
