import type { SessionEndReason } from '@coatcheck/wire'
import type { SessionRecord } from './session-record.ts'

/** A live session as it was read, with what a compare-and-set needs. */
export interface LiveSession {
  readonly record: SessionRecord
  readonly version: string
  /** When the session ends if nobody uses it, epoch milliseconds. */
  readonly idleExpiresAt: number
}

/** What a sid leads to. */
export type SessionLookup =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'ended'; readonly reason: SessionEndReason }
  | { readonly kind: 'live'; readonly session: LiveSession }

/** How a change of one part of a record went. */
export type PartChange =
  | { readonly kind: 'stored'; readonly session: LiveSession }
  /** Someone else stored a newer one; it stands, ours is dropped. */
  | { readonly kind: 'superseded'; readonly session: LiveSession }
  | { readonly kind: 'gone'; readonly reason: SessionEndReason | undefined }
