import type { UserClaims } from '@coatcheck/wire'
import type { AuthClient } from '../create-auth-client.ts'
import { isAuthError } from '../errors.ts'
import { kitOf, type TokenLife } from '../kit.ts'
import type { AuthState, UnauthenticatedReason } from '../state.ts'
import { maximumTimelineEntries } from './defaults.ts'

/** Something that happened to the client. */
export interface TimelineEntry {
  /** Epoch milliseconds. */
  readonly at: number
  /** An event of the client, or `stateChanged`. */
  readonly event:
    | 'stateChanged'
    | 'loginRequired'
    | 'tokenRenewed'
    | 'sessionExpiring'
    | 'sessionEnded'
    | 'userChanged'
  /** The state, the resource and scope, or the reason; never a claim and never a token. */
  readonly detail?: string
}

/** What can be known of a client, fit for a bug report: no claim, no token, no address. */
export interface Diagnosis {
  /** When it was made, epoch milliseconds. */
  readonly at: number
  readonly status: AuthState['status']
  /** Present while authenticated. */
  readonly offline?: boolean
  /** What is left of the session, in milliseconds. */
  readonly sessionLeftMs?: number
  /** Code of the error in the state `error`. */
  readonly error?: string
  /** Why nobody is logged in, where it is known. */
  readonly reason?: UnauthenticatedReason
  /** The last end of a session that was seen. */
  readonly lastEnd?: { readonly at: number; readonly reason?: UnauthenticatedReason }
  /** Lives of the tokens held. */
  readonly tokens: readonly TokenLife[]
  /** Renewals since the diagnosis began. */
  readonly renewals: number
  /** What happened, oldest first; at most the last hundred. */
  readonly timeline: readonly TimelineEntry[]
  /** What the browser offers that the client builds on. */
  readonly platform: {
    readonly secureContext: boolean
    readonly online: boolean
    readonly visible: boolean
    readonly broadcastChannel: boolean
    readonly locks: boolean
    readonly sessionStorage: boolean
  }
}

/** A diagnosis under way. */
export interface DiagnosisRecorder {
  /** What is known now. */
  readonly report: () => Diagnosis
  /** Calls the listener whenever there is something new. */
  readonly subscribe: (listener: () => void) => () => void
  /** Stops recording. */
  readonly stop: () => void
}

/** Options of `createDiagnosis`. */
export interface DiagnosisOptions {
  /** Wall clock, epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number
}

const hasStorage = (): boolean => {
  try {
    return !!globalThis.sessionStorage
  } catch {
    return false
  }
}

const readPlatform = (): Diagnosis['platform'] => ({
  secureContext: !!globalThis.isSecureContext,
  online: globalThis.navigator?.onLine !== false,
  visible: globalThis.document?.visibilityState === 'visible',
  broadcastChannel: 'BroadcastChannel' in globalThis,
  locks: !!globalThis.navigator?.locks,
  sessionStorage: hasStorage(),
})

const readState = (state: AuthState<object>, now: number): Partial<Diagnosis> => {
  if (state.status === 'authenticated') {
    return { offline: state.offline, sessionLeftMs: state.sessionExpiresAt - now }
  }
  if (state.status === 'error') {
    return { error: isAuthError(state.error) ? state.error.code : 'unknown' }
  }
  const reason = state.status === 'unauthenticated' ? state.reason : undefined
  return reason ? { reason } : {}
}

/**
 * Records what happens to a client from now on; begin before the first login to see all of it. For
 * a bug report: `JSON.stringify(recorder.report())`.
 */
export const createDiagnosis = <Claims extends object = UserClaims>(
  client: AuthClient<Claims>,
  { now = Date.now }: DiagnosisOptions = {},
): DiagnosisRecorder => {
  const kit = kitOf(client)
  const timeline: TimelineEntry[] = []
  const listeners = new Set<() => void>()
  let renewals = 0
  let lastEnd: Diagnosis['lastEnd']
  const note = (event: TimelineEntry['event'], detail?: string): void => {
    timeline.push({ at: now(), event, ...(detail && { detail }) })
    if (timeline.length > maximumTimelineEntries) timeline.shift()
    for (const listener of [...listeners]) listener()
  }
  const stops = [
    client.subscribe(() => note('stateChanged', client.getState().status)),
    client.on('loginRequired', ({ reason }) => note('loginRequired', reason)),
    client.on('sessionExpiring', () => note('sessionExpiring')),
    client.on('userChanged', () => note('userChanged')),
    client.on('tokenRenewed', ({ resource = '', scope = '' }) => {
      renewals++
      note('tokenRenewed', `${resource} ${scope}`.trim())
    }),
    client.on('sessionEnded', ({ reason }) => {
      lastEnd = { at: now(), ...(reason && { reason }) }
      note('sessionEnded', reason)
    }),
  ]
  return {
    report: () => {
      const at = now()
      const state = client.getState()
      return {
        at,
        status: state.status,
        ...readState(state, at),
        ...(lastEnd && { lastEnd }),
        tokens: kit.tokens(),
        renewals,
        timeline: [...timeline],
        platform: readPlatform(),
      }
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    stop: () => {
      for (const stop of stops) stop()
      listeners.clear()
    },
  }
}
