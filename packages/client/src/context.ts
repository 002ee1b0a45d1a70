import type { LoginOutcome, SessionInfo } from '@coatcheck/wire'
import type { AuthError } from './errors.ts'
import type { Platform } from './platform.ts'
import type { Settings } from './resolve-options.ts'
import type { StateHolder } from './state.ts'

/** Which token is meant. */
export interface Wanted {
  /** Name of the resource; the BFF's first one where the client lists none. */
  readonly resource: string | undefined
  /** Subset of the resource's scope; all of it when left out. */
  readonly scope?: string | undefined
}

/** A token and what is known of its life. */
export interface Held {
  readonly wanted: Wanted
  readonly token: string
  /** The scope it was granted, separated by blanks. */
  readonly granted: string
  /** What is left of its life. */
  readonly leftMs: () => number
  /** Half of the life it came with. */
  readonly halfMs: number
  /** Life at which it is renewed ahead of need; spread, so that tabs do not move together. */
  aheadMs: number
  /** Whether the app has used it. */
  isUsed?: boolean
}

/**
 * What belongs to one login. It is replaced as a whole when the login ends, so that an answer that
 * comes late finds only what nobody looks at any more.
 */
export interface Era {
  /** Aborts the requests of this login; aborted from the start once the client is disposed of. */
  readonly controller: AbortController
  /** The tokens, by key: the only place where they are. */
  tokens: Record<string, Held>
  /** Renewals under way, by key; everyone who needs the same token waits for the same one. */
  readonly renewals: Record<string, Promise<void> | undefined>
  /** The session check under way. */
  session?: Promise<void> | undefined
  /** The end that `sessionExpiring` has been reported of. */
  warnedOf?: number
}

/** What the tab that holds the event stream tells the others: an event, and when the session ends. */
export interface LiveMessage {
  readonly live: string
  readonly expiresAt: number
}

/** What tabs tell each other: the session there is now, `null` after a logout. Never a token. */
export interface Message {
  readonly sid: string | null
}

/** What all pages of the app hear, except the one that speaks. */
export interface Channel extends BroadcastChannel {
  readonly postMessage: (message: Message | LiveMessage) => void
}

/** Whose login it is. */
export interface Login extends Pick<SessionInfo, 'sid'> {
  readonly sub: string
  /** The claims as JSON, as they came: the same ones keep the user object they were read into. */
  readonly claims: string
}

/** What the flows share. */
export interface Context extends Platform, Settings, StateHolder {
  /** Leads to the other tabs, where the browser has one. */
  channel?: Channel
  era: Era
  /** Who is logged in, to notice another user or another login. */
  login?: Login | undefined
  /** Time since the last attempt to reach the BFF on the page's own account. */
  attemptAgeMs: () => number
  /** Pause before the next attempt; `0` while all is well. */
  retryMs: number
  /** The logout under way; whoever asks for the session waits for it. */
  leaving?: Promise<void> | undefined
  /** How the last login failed, until the session check has told whether it matters. */
  loginError?: LoginOutcome | undefined
}

/** Begins with nothing. Without prototypes: page scripts could put accessors on those. */
export const createEra = (): Era =>
  ({
    __proto__: null,
    controller: new AbortController(),
    tokens: { __proto__: null },
    renewals: {},
  }) as object as Era

/** Ends a login: tokens and pending answers are dropped, requests that carry a token aborted. */
export const startEra = (context: Context, reason: AuthError): void => {
  const { controller } = context.era
  context.era = createEra()
  controller.abort(reason)
}
