import type Provider from 'oidc-provider'
import type { AdapterPayload } from 'oidc-provider'
import type { Storage } from './storage.ts'

/** What became of the logout tokens of sessions that were ended. */
export interface EndedSessions {
  /** Sessions that were ended. */
  readonly sessions: number
  /** Logout tokens a client took with 200 or 204. */
  readonly delivered: number
  /** Logout tokens that were refused or reached nobody. */
  readonly failed: number
}

/** A client as oidc-provider has it, with the method its types leave out. */
interface NotifiedClient {
  readonly clientId: string
  readonly backchannelLogoutUri?: string | undefined
  backchannelLogout(sub: string, sid: string | undefined): Promise<void>
}

/** What {@link createSessionEnd} needs. */
export interface SessionEndOptions {
  readonly provider: Provider
  readonly storage: Storage
  /** Learns of a client that could not be notified. */
  readonly reportUndelivered: (clientId: string, cause: unknown) => void
}

/** Ends every login of one person as an administrator would: first here, then at the clients. */
export const createSessionEnd = ({
  provider,
  storage,
  reportUndelivered,
}: SessionEndOptions): ((sub: string) => Promise<EndedSessions>) => {
  const notify = async (sub: string, clientId: string, sid: string | undefined) => {
    const client = (await provider.Client.find(clientId)) as unknown as NotifiedClient | undefined
    if (client?.backchannelLogoutUri === undefined) return undefined
    try {
      await client.backchannelLogout(sub, sid)
      return true
    } catch (cause) {
      reportUndelivered(clientId, cause)
      return false
    }
  }

  const notifyAll = (sub: string, { authorizations = {} }: AdapterPayload) =>
    Object.entries(authorizations).map(([clientId, { sid }]) => notify(sub, clientId, sid))

  return async (sub) => {
    const sessions = storage.sessionsOf(sub)
    for (const { uid } of sessions) storage.endSession(uid ?? '')
    const outcomes = await Promise.all(sessions.flatMap((session) => notifyAll(sub, session)))
    return {
      sessions: sessions.length,
      delivered: outcomes.filter((outcome) => outcome === true).length,
      failed: outcomes.filter((outcome) => outcome === false).length,
    }
  }
}
