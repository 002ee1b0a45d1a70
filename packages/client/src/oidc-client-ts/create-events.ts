/** What can be listened to, by the names of oidc-client-ts. */
const names = [
  'AccessTokenExpiring',
  'AccessTokenExpired',
  'SilentRenewError',
  'UserLoaded',
  'UserUnloaded',
  'UserSignedIn',
  'UserSignedOut',
  'UserSessionChanged',
] as const

type Name = (typeof names)[number]
type Callback = (detail?: unknown) => unknown

/** Tells the listeners of one event. */
export type Raise = (name: Name, detail?: unknown) => void

/** `add*` and `remove*` for every event, and the function that raises them. */
export const createEvents = (): { readonly events: object; readonly raise: Raise } => {
  const listeners = {} as Record<Name, Set<Callback>>
  const events: Record<string, unknown> = {}
  for (const name of names) {
    const callbacks = new Set<Callback>()
    const remove = (callback: Callback): boolean => callbacks.delete(callback)
    listeners[name] = callbacks
    events[`remove${name}`] = remove
    events[`add${name}`] = (callback: Callback) => {
      callbacks.add(callback)
      return () => remove(callback)
    }
  }
  const raise: Raise = (name, detail) => {
    for (const callback of listeners[name]) callback(detail)
  }
  return { events, raise }
}
