import type { SessionEndReason } from './session.ts'

/** What `GET /events` tells of the session that asks; each is sent as JSON in `data`. */
export type SessionEvent =
  /** The session is over, and so is the stream. */
  | { readonly event: 'session.ended'; readonly data: { readonly reason?: SessionEndReason } }
  /** The session ends soon unless the user does something; sent once for each limit. */
  | { readonly event: 'session.expiring'; readonly data: { readonly expiresInSeconds: number } }
  /** Something about the session is new: ask `GET /session` what it is now. */
  | { readonly event: 'session.changed'; readonly data: Readonly<Record<string, never>> }

/** Names of the events, as in the `event` field of the stream. */
export type SessionEventName = SessionEvent['event']
