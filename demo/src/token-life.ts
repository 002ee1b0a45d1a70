import type { AuthClient, Unsubscribe } from '@coatcheck/client'
import type { DemoUser } from './user.ts'

/** How long the access token in memory lives. */
export interface Life {
  /** Epoch milliseconds. */
  readonly expiresAt: number
  /** Life of a fresh token, for the bar. */
  readonly fullSeconds: number
  /** Counts the tokens this page has received. */
  readonly generation: number
}

/** Follows the life of the access token, of which it never sees more than the seconds. */
export interface TokenLife {
  readonly get: () => Life | undefined
  readonly subscribe: (listener: () => void) => Unsubscribe
}

/** Options of {@link createTokenLife}. */
export interface TokenLifeOptions {
  readonly client: Pick<AuthClient<DemoUser>, 'on' | 'subscribe' | 'getState'>
  /** Life of a fresh token: after a reload the page gets one that has lived for a while. */
  readonly accessTokenSeconds: number
  /** Epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number
}

/** Starts to follow. */
export const createTokenLife = (options: TokenLifeOptions): TokenLife => {
  const { client, accessTokenSeconds, now = Date.now } = options
  const listeners = new Set<() => void>()
  let life: Life | undefined
  let generation = 0

  const set = (next: Life | undefined): void => {
    life = next
    for (const listener of listeners) listener()
  }
  client.on('tokenRenewed', ({ expiresInSeconds }) => {
    generation += 1
    const fullSeconds = Math.max(accessTokenSeconds, expiresInSeconds)
    set({ expiresAt: now() + expiresInSeconds * 1000, fullSeconds, generation })
  })
  client.subscribe(() => {
    if (life !== undefined && client.getState().status !== 'authenticated') set(undefined)
  })
  return {
    get: () => life,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
