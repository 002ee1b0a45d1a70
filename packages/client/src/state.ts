import type { LoginOutcome, SessionEndReason, UserClaims } from '@coatcheck/wire'
import type { AuthError } from './errors.ts'
import type { Platform } from './platform.ts'

/** Why nobody is logged in, where it is known. */
export type UnauthenticatedReason = SessionEndReason | LoginOutcome

/**
 * What the page knows about the user. A snapshot is the same object as long as nothing visible
 * changes: renewals of tokens do not change it. It never holds a token.
 */
export type AuthState<Claims extends object = UserClaims> =
  /** Not known yet; also the only state where the app is rendered on a server. */
  | { readonly status: 'loading' }
  | {
      readonly status: 'authenticated'
      /** Claims for display. An API decides by its own token. */
      readonly user: Claims
      /** The session's absolute limit, epoch milliseconds. */
      readonly sessionExpiresAt: number
      /** The BFF cannot be reached at the moment; the session is kept. */
      readonly offline: boolean
    }
  | {
      readonly status: 'unauthenticated'
      /** Why a session ended or a login failed; `undefined` for a visitor who never logged in. */
      readonly reason: UnauthenticatedReason | undefined
    }
  /** The first answer could not be had. The client keeps trying while `error.retry` is `later`. */
  | { readonly status: 'error'; readonly error: AuthError }

/** One of the states. */
export type AuthStateOf<Status> = Extract<AuthState, { status: Status }>

/** What `on` reports, by name. */
export interface AuthEvents<Claims extends object = UserClaims> {
  /** A call needed a session where there is none. */
  readonly loginRequired: { readonly reason: UnauthenticatedReason | undefined }
  /** A new access token arrived, the first one included. */
  readonly tokenRenewed: {
    readonly resource: string | undefined
    readonly scope?: string | undefined
    readonly expiresInSeconds: number
  }
  /**
   * The session ends within two minutes; once for each end. By itself a page knows the absolute
   * limit; with the live session it hears of the idle limit too.
   */
  readonly sessionExpiring: { readonly expiresAt: number }
  /** There was a session and it is over. */
  readonly sessionEnded: { readonly reason: UnauthenticatedReason | undefined }
  /** Another user logged in, in another tab; tokens and requests of the former user are gone. */
  readonly userChanged: { readonly user: Claims }
}

/** Ends a subscription. */
export type Unsubscribe = () => void

/** The state, and who wants to know about it. */
export interface StateHolder {
  state: AuthState
  readonly listeners: Set<readonly [name: string, listener: Listener]>
}

type Listener = (detail: never) => void

/** Adds a listener; the same function may be added more than once. */
export const listen = (
  { listeners }: StateHolder,
  name: string,
  listener: Listener,
): Unsubscribe => {
  const entry = [name, listener] as const
  listeners.add(entry)
  return () => {
    listeners.delete(entry)
  }
}

/** Tells who listens; a listener that throws is reported and disturbs nobody. */
export const emit = <Name extends keyof AuthEvents | ''>(
  { listeners }: StateHolder,
  wanted: Name,
  detail?: Name extends keyof AuthEvents ? AuthEvents[Name] : undefined,
): void => {
  for (const entry of [...listeners]) {
    const [name, listener] = entry
    try {
      // A listener before it may have ended its subscription.
      if (name === wanted && listeners.has(entry)) listener(detail as never)
    } catch (error) {
      reportError(error)
    }
  }
}

/** Replaces the snapshot, unless the next one says the same of the same user object. */
export const setState = (
  holder: StateHolder & Pick<Platform, 'stringify'>,
  next: AuthState,
): void => {
  // What a schema made of the claims may be nothing that JSON can tell apart, or write at all.
  const { user, ...rest } = next as AuthStateOf<'authenticated'>
  const { user: formerUser, ...former } = holder.state as AuthStateOf<'authenticated'>
  if (user === formerUser && holder.stringify(rest) === holder.stringify(former)) return
  holder.state = next
  emit(holder, '')
}
