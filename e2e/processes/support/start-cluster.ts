import { createDevIdp, type DevIdp } from '@coatcheck/dev-idp'
import { loginAt } from '@coatcheck/dev-idp/testing'
import { openPlace } from './open-place.ts'
import type { StorePlace } from './protocol.ts'
import { resources } from './resources.ts'
import { type Answer, cookieHeader } from './send.ts'
import { type BffProcess, startProcess } from './start-process.ts'

/** Where browsers would reach the app; nobody listens there, each process has a port of its own. */
const publicUrl = 'http://localhost:4999'
const clientSecret = 'a-secret-of-the-tests-of-many-processes'
const accessTokenSeconds = 300

/** A browser that has logged in: its cookies. */
export interface Login {
  readonly cookie: string
}

/** Several BFFs over one store, and a provider that answers a reused refresh token with the end. */
export interface Cluster {
  readonly idp: DevIdp
  readonly processes: readonly BffProcess[]
  /** One more process over the same store. */
  start(): Promise<BffProcess>
  /** Sets the clocks right, for an ID token is judged by them, and logs in. */
  login(): Promise<Login>
  /** `POST /bff/token` at that process. */
  token(at: BffProcess, login: Login, resource?: string): Promise<Answer>
  session(at: BffProcess, login: Login): Promise<Answer>
  logout(at: BffProcess, login: Login): Promise<Answer>
  /** Moves the clocks past the life of every access token. */
  expireTokens(): Promise<void>
  /** What the provider says to someone who uses this refresh token. */
  tryRefreshToken(refreshToken: string): Promise<number>
  close(): Promise<void>
}

export interface ClusterOptions {
  readonly processes: number
  /** Default `sqlite`. */
  readonly store?: StorePlace['kind']
  /** How long the provider may take, in milliseconds. Default 5000. */
  readonly timeoutMs?: number
}

const script = {
  'x-csrf': '1',
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
  origin: publicUrl,
  'content-type': 'application/json',
}

const navigation = {
  accept: 'text/html',
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
}

const startIdp = () =>
  createDevIdp({
    clients: [{ clientId: 'app', clientSecret, redirectUris: [`${publicUrl}/bff/callback`] }],
    resources: resources.map(({ audience, scope }) => ({ audience, scope, alg: 'ES256' as const })),
    lifetimes: { accessTokenSeconds },
    env: {},
  })

const loginThrough = async (process: BffProcess): Promise<Login> => {
  const started = await process.send({ path: '/bff/login', headers: navigation })
  const { url } = await loginAt(started.location, { username: 'alice' })
  const { pathname, search } = new URL(url)
  const cookie = cookieHeader(started.setCookies)
  const path = `${pathname}${search}`
  const done = await process.send({ path, headers: { ...navigation, cookie } })
  return { cookie: cookieHeader(done.setCookies) }
}

const useRefreshToken = async ({ issuer }: DevIdp, refreshToken: string): Promise<number> => {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`app:${encodeURIComponent(clientSecret)}`)}` },
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken }),
  })
  return response.status
}

export const startCluster = async ({
  processes: count,
  store: storeKind = 'sqlite',
  timeoutMs = 5_000,
}: ClusterOptions): Promise<Cluster> => {
  const { place: store, close: closePlace } = await openPlace(storeKind)
  const idp = await startIdp()
  const running: BffProcess[] = []
  let aheadMs = 0

  const start = async (): Promise<BffProcess> => {
    const { issuer } = idp
    const options = { issuer, publicUrl, clientSecret, store, timeoutMs }
    const process = await startProcess(options)
    running.push(process)
    await process.setClock(aheadMs)
    return process
  }

  const setClocks = async (ms: number) => {
    aheadMs = ms
    const alive = running.filter((process) => process.isRunning())
    await Promise.all(alive.map((process) => process.setClock(ms)))
  }

  const close = async () => {
    await Promise.all(running.map((process) => process.kill()))
    await idp.close()
    await closePlace()
  }

  const post = (at: BffProcess, { cookie }: Login, path: string, body: object): Promise<Answer> =>
    at.send({
      method: 'POST',
      path,
      headers: { ...script, cookie },
      body: JSON.stringify(body),
    })

  const started = await Promise.allSettled(Array.from({ length: count }, start))
  const processes = started.flatMap((outcome) =>
    outcome.status === 'fulfilled' ? [outcome.value] : [],
  )
  const [first] = processes
  if (first === undefined || processes.length < count) {
    await close()
    throw new Error('Not all processes started.')
  }

  return {
    idp,
    processes,
    start,
    login: async () => {
      await setClocks(0)
      return loginThrough(first)
    },
    token: (at, login, resource = 'orders') => post(at, login, '/bff/token', { resource }),
    session: (at, { cookie }) => at.send({ path: '/bff/session', headers: { ...script, cookie } }),
    logout: (at, login) => post(at, login, '/bff/logout', {}),
    expireTokens: () => setClocks(aheadMs + (accessTokenSeconds + 1) * 1000),
    tryRefreshToken: (refreshToken) => useRefreshToken(idp, refreshToken),
    close,
  }
}
