import { AuthError } from '@coatcheck/client'

/** One session of the user, as `GET /bff/sessions` lists it. */
export interface Device {
  /** Public name of the session; no credential. */
  readonly sid: string
  /** Epoch seconds. */
  readonly createdAt: number
  /** Epoch seconds, to about a minute. */
  readonly lastSeenAt: number
  /** Where it could be told. */
  readonly browser?: string
  /** Where it could be told. */
  readonly platform?: string
  /** Whether it is the session of this page. */
  readonly current: boolean
}

/** The user's own sessions. Both reject with an `AuthError`. */
export interface Devices {
  /** This one first, then the one last seen. */
  readonly list: () => Promise<readonly Device[]>
  /** Ends one. A session that is over already counts as ended. */
  readonly end: (sid: string) => Promise<void>
}

/** Options of {@link createDevices}. */
export interface DevicesOptions {
  readonly fetch: typeof globalThis.fetch
  /** Where the BFF is on the app's own origin. Default `/bff`. */
  readonly bffPath?: string
}

const timeoutMs = 10_000

const isTextOrAbsent = (value: unknown): boolean => value === undefined || typeof value === 'string'

const isDevice = (value: unknown): value is Device => {
  const { sid, createdAt, lastSeenAt, browser, platform, current } = Object(value)
  return (
    typeof sid === 'string' &&
    [createdAt, lastSeenAt].every(Number.isFinite) &&
    [browser, platform].every(isTextOrAbsent) &&
    typeof current === 'boolean'
  )
}

/** What is no JSON is nothing we know. */
const readJson = (response: Response): Promise<unknown> => response.json().catch(() => undefined)

const problemOf = async (response: Response): Promise<AuthError> => {
  const { code = 'unexpected_answer', retry, retryAfterSeconds } = Object(await readJson(response))
  return new AuthError(code, 'session', retry, { retryAfterSeconds })
}

/** Plain requests, as any app could send them: the static header is all the BFF wants besides. */
export const createDevices = ({ fetch, bffPath = '/bff' }: DevicesOptions): Devices => {
  const ask = (method: 'GET' | 'DELETE', path: string): Promise<Response> =>
    fetch(bffPath + path, {
      method,
      headers: { 'X-CSRF': '1' },
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((cause: unknown) => {
      throw new AuthError('network_error', 'session', 'later', { cause })
    })

  return {
    list: async () => {
      const response = await ask('GET', '/sessions')
      if (!response.ok) throw await problemOf(response)
      const { sessions } = Object(await readJson(response))
      if (Array.isArray(sessions) && sessions.every(isDevice)) return sessions
      throw new AuthError('unexpected_answer', 'session')
    },
    end: async (sid) => {
      const response = await ask('DELETE', `/sessions/${encodeURIComponent(sid)}`)
      if (response.ok) return
      const problem = await problemOf(response)
      if (problem.code !== 'not_found') throw problem
    },
  }
}
