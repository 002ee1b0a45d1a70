import { JwtError } from '../errors.ts'
import type { RotationState } from '../rotation/confirm-on-use.ts'
import { isRecord } from '../token/json.ts'
import type { AboutFamily, EndReason } from './outcomes.ts'
import type { FamilyAccessToken, RefreshGrant } from './refresh-grant.ts'

/** Version of the stored form. */
const format = 1

/** What the deny list needs to know of an access token. */
export type RememberedAccessToken = Omit<FamilyAccessToken, 'token'>

/** Access tokens of a family that still live. */
export interface LivingAccessTokens {
  readonly list: readonly RememberedAccessToken[]
  /** The latest end of those that did not fit into the list, if any of them lives. */
  readonly others?: Omit<RememberedAccessToken, 'jwtId'>
}

/** Which refresh tokens of the family are good, and what each is answered with. */
export interface FamilyRotation extends RotationState {
  /** `sealed` opens with the current token. */
  readonly child?: { readonly hash: string; readonly sealed: string }
  /** `sealed` opens with the former token. */
  readonly former?: { readonly hash: string; readonly until: number; readonly sealed: string }
}

/** A family that can be used. */
export interface LiveFamily {
  readonly kind: 'live'
  readonly grant: RefreshGrant
  /** Makes the MAC of the family's tokens; base64url. */
  readonly macKey: string
  readonly rotation: FamilyRotation
  readonly accessTokens: LivingAccessTokens
}

/** What is left of a family that was revoked, so that nobody takes its tokens for unknown ones. */
export interface EndedFamily {
  readonly kind: 'ended'
  readonly grant: AboutFamily
  readonly reason: EndReason
  readonly macKey: string
  /** Those that the deny list has not taken yet. */
  readonly accessTokens: LivingAccessTokens
}

/** One record under one key; every change is a compare-and-set. */
export type FamilyRecord = LiveFamily | EndedFamily

/** The store key of a family. */
export const familyKey = (familyId: string): string => `refresh-family:${familyId}`

export const writeFamily = (record: FamilyRecord): string => JSON.stringify({ format, ...record })

/** @throws JwtError `store_unavailable` for what this version did not write */
export const readFamily = (text: string): FamilyRecord => {
  const value: unknown = JSON.parse(text)
  if (isRecord(value) && value.format === format) return value as unknown as FamilyRecord
  throw new JwtError('store_unavailable', 'The store holds a record of another version.')
}
