import { defaults } from '../defaults.ts'
import type { AccessToken } from '../sessions/token-set.ts'

/** Members of a token answer that are used (RFC 6749, section 5.1), each of its right type. */
export interface TokenAnswerFields {
  readonly accessToken: string
  readonly refreshToken: string | undefined
  readonly idToken: string | undefined
  readonly scope: string | undefined
  /** Seconds. */
  readonly expiresIn: number
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** Reads a token answer; `undefined` when there is no access token in it. Never throws. */
export const parseTokenAnswer = (value: unknown): TokenAnswerFields | undefined => {
  if (typeof value !== 'object' || value === null) return undefined
  const fields = value as Readonly<Record<string, unknown>>
  const accessToken = text(fields.access_token)
  if (accessToken === undefined) return undefined
  const expiresIn = Number(fields.expires_in)
  return {
    accessToken,
    refreshToken: text(fields.refresh_token),
    idToken: text(fields.id_token),
    scope: text(fields.scope),
    expiresIn: expiresIn > 0 ? expiresIn : defaults.assumedTokenLifeSeconds,
  }
}

/** The access token as it is stored; without a `scope` member the one asked for was granted. */
export const toAccessToken = (
  fields: TokenAnswerFields,
  {
    now,
    askedScope,
    rejectedAt,
  }: { now: number; askedScope: string; rejectedAt: readonly number[] },
): AccessToken => ({
  token: fields.accessToken,
  scope: fields.scope ?? askedScope,
  obtainedAt: now,
  expiresAt: now + fields.expiresIn * 1000,
  rejectedAt,
})
