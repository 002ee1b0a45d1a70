/** Counts the open tabs of an app that show the devtools. */
export interface TabCount {
  /** This tab included; `undefined` where the browser has no channel between tabs. */
  readonly count: () => number | undefined
  /** Asks who is there; tabs that did not answer twice are forgotten. */
  readonly ask: () => void
  readonly stop: () => void
}

/** What panels tell each other: who asks, who is there, who goes. */
interface TabMessage {
  readonly ask?: string
  readonly here?: string
  readonly gone?: string
}

const open = (name: string): BroadcastChannel | undefined => {
  try {
    return new BroadcastChannel(name)
  } catch {
    // Refused where storage is switched off.
    return undefined
  }
}

/** Joins the other panels on a channel of their own; the client's channel hears nothing of it. */
export const countTabs = (name: string, self: string, onChange: () => void): TabCount => {
  const channel = open(name)
  let known = new Set<string>()
  let fresh = new Set<string>()
  const say = (message: TabMessage): void => channel?.postMessage(message)
  channel?.addEventListener('message', ({ data }) => {
    const { ask, here, gone }: TabMessage = data ?? {}
    const present = ask ?? here
    if (ask) say({ here: self })
    if (present) fresh.add(present)
    if (gone) {
      fresh.delete(gone)
      known.delete(gone)
    }
    onChange()
  })
  say({ ask: self })
  const leave = (): void => say({ gone: self })
  // Closed, or put into the back/forward cache, from where it is counted again when it asks.
  addEventListener('pagehide', leave)
  return {
    count: () => channel && new Set([...known, ...fresh, self]).size,
    ask: () => {
      known = fresh
      fresh = new Set()
      say({ ask: self })
    },
    stop: () => {
      removeEventListener('pagehide', leave)
      leave()
      channel?.close()
    },
  }
}
