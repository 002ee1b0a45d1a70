/** A Redis command in words, as it goes over the wire. */
export type Command = readonly string[]

/** Where a client's connection stands. A `closed` one needs its owner to connect it. */
export type Readiness = 'ready' | 'pending' | 'closed'

/** A connection that hears messages. */
export interface Subscriber {
  /** Resolves when the server has taken the subscription. */
  readonly subscribe: (channel: string) => Promise<unknown>
  readonly unsubscribe: (channel: string) => Promise<unknown>
  /** Closes the connection if the driver made it; a caller's own is left open. */
  readonly close: () => void
}

/** What the store asks of a client library; every client is reached through one of these. */
export interface RedisDriver {
  readonly readiness: () => Readiness
  /** Calls once, the next time the connection becomes ready. */
  readonly onceReady: (listener: () => void) => void
  /** Sends to the master that holds `key`, whatever the client does with reads. */
  readonly send: (key: string, command: Command) => Promise<unknown>
  /**
   * Reads what several keys hold, from where `send` would; left out where they may live in several
   * places, and where the client writes once a turn of the event loop by itself.
   */
  readonly getTogether?: (keys: readonly string[]) => Promise<unknown>
  /**
   * Sends both over one connection, so that the second, a `WAIT`, speaks of the first. Rejects if
   * the connection was lost between them.
   */
  readonly sendPair: (key: string, command: Command, wait: Command) => Promise<readonly unknown[]>
  /** Told when a command for `key` was not answered in time. */
  readonly unanswered: (key: string) => void
  readonly openSubscriber: (
    onMessage: (channel: string, message: string) => void,
  ) => Promise<Subscriber>
}

/** How often a pair that met a moved slot is sent again; one redirection is the normal case. */
const redirections = 3

const isRedirection = (error: unknown): boolean =>
  error instanceof Error && /^(?:MOVED|ASK) /.test(error.message)

/**
 * Sends a pair again after its slot has moved: clients follow a redirection for single commands
 * only. `follow` sends one, by which the client learns the slot's new place.
 */
export const followRedirections = async <T>(
  sendPair: () => Promise<T>,
  follow: () => Promise<unknown>,
): Promise<T> => {
  for (let redirection = 0; ; redirection += 1) {
    try {
      return await sendPair()
    } catch (error) {
      if (redirection >= redirections || !isRedirection(error)) throw error
      await follow()
    }
  }
}
