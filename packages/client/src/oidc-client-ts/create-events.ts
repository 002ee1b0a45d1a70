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

/** Name of an event. */
export type EventName = (typeof names)[number]

type Callback = (detail?: unknown) => unknown

/** Tells the listeners of one event; one that throws is reported and disturbs nobody. */
export type Raise = (name: EventName, detail?: unknown) => void

/** `add*` and `remove*` for every event, `load` and `unload`; and the function that raises them. */
export const createEvents = (): { readonly events: object; readonly raise: Raise } => {
  const listeners: Partial<Record<EventName, readonly Callback[]>> = {}
  const raise: Raise = (name, detail) => {
    for (const callback of listeners[name] ?? []) {
      try {
        callback(detail)
      } catch (error) {
        reportError(error)
      }
    }
  }
  const events: Record<string, unknown> = {
    load: async (user: unknown) => raise('UserLoaded', user),
    unload: async () => raise('UserUnloaded'),
  }
  for (const name of names) {
    const remove = (callback: Callback): void => {
      listeners[name] = listeners[name]?.filter((other) => other !== callback) ?? []
    }
    events[`remove${name}`] = remove
    events[`add${name}`] = (callback: Callback) => {
      listeners[name] = [...(listeners[name] ?? []), callback]
      return () => remove(callback)
    }
  }
  return { events, raise }
}
