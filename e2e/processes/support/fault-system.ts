import { type Agent, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createBff } from '@coatcheck/bff'
import { createDevIdp, type DevIdp } from '@coatcheck/dev-idp'
import { loginAt } from '@coatcheck/dev-idp/testing'
import type { Store } from '@coatcheck/store'
import { type Answer, cookieHeader, createAgent, send } from './send.ts'

/** Where browsers would reach the app; each BFF has a port of its own. */
const publicUrl = 'http://localhost:4998'
const clientSecret = 'a-secret-of-the-tests-of-stores-at-fault'
const accessTokenSeconds = 300
const userCount = 10

/** A browser that has logged in. */
export interface LoggedIn {
  readonly sid: string
  /** What it sends next; a new secret replaces it, as in a browser. */
  cookie: string
}

/** What a page asks. */
export type Question = 'token' | 'session'

/** Two BFFs over one store, each by a connection of its own, and sessions made by real logins. */
export interface FaultSystem {
  readonly idp: DevIdp
  readonly sessions: readonly LoggedIn[]
  /** Asks the one BFF or the other. */
  ask(session: LoggedIn, bff: number, question: Question): Promise<Answer>
  /** Moves the clocks past the life of every access token. */
  expireTokens(): void
  close(): Promise<void>
}

export interface FaultSystemOptions {
  /** Makes each BFF's store, on the clock of the test. */
  readonly stores: readonly ((now: () => number) => Store)[]
  readonly sessions: number
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
    users: Array.from({ length: userCount }, (_, index) => ({ username: `user-${index}` })),
    resources: [{ audience: 'https://orders.example', scope: 'orders:read', alg: 'ES256' }],
    lifetimes: { accessTokenSeconds },
    env: {},
  })

const quiet = { info: () => {}, warn: () => {}, error: () => {} }

const startBff = async (idp: DevIdp, store: Store, now: () => number) => {
  const bff = createBff({
    publicUrl,
    provider: { issuer: idp.issuer, clientId: 'app', clientSecret },
    resources: {
      orders: { mode: 'token', audience: 'https://orders.example', scope: 'orders:read' },
    },
    store,
    sealingKeys: [Buffer.alloc(32, 1).toString('base64url')],
    now,
    log: quiet,
  })
  // A connection that is closed for idleness just when it is used would look like a fault.
  const server = createServer({ keepAliveTimeout: 60_000 }, bff.callback)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      await bff.close()
      await store.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const logIn = async (agent: Agent, port: number, username: string): Promise<LoggedIn> => {
  const started = await send({ agent, port, path: '/bff/login', headers: navigation })
  const { url } = await loginAt(started.location, { username })
  const { pathname, search } = new URL(url)
  const headers = { ...navigation, cookie: cookieHeader(started.setCookies) }
  const done = await send({ agent, port, path: `${pathname}${search}`, headers })
  const cookie = cookieHeader(done.setCookies)
  const sid = /coatcheck=([^.;]+)\./.exec(cookie)?.[1]
  if (sid === undefined) throw new Error(`The login was answered with ${done.status}.`)
  return { sid, cookie }
}

/** Keeps what an answer set beside what was there. */
const keepCookies = (session: LoggedIn, { setCookies }: Answer): void => {
  if (setCookies.length === 0) return
  const pairs = [session.cookie, cookieHeader(setCookies)].join('; ').split('; ')
  const jar = new Map(pairs.filter(Boolean).map((pair) => [pair.split('=', 1)[0], pair]))
  session.cookie = [...jar.values()].join('; ')
}

const logInAll = async (agent: Agent, port: number, count: number): Promise<LoggedIn[]> => {
  const line = Array.from({ length: userCount }, async (_, user) => {
    const own: LoggedIn[] = []
    for (let index = user; index < count; index += userCount) {
      own.push(await logIn(agent, port, `user-${user}`))
    }
    return own
  })
  return (await Promise.all(line)).flat()
}

const question = (session: LoggedIn, kind: Question) => {
  const headers = { ...script, cookie: session.cookie }
  return kind === 'session'
    ? { path: '/bff/session', headers }
    : { path: '/bff/token', method: 'POST', headers, body: '{"resource":"orders"}' }
}

export const startFaultSystem = async (options: FaultSystemOptions): Promise<FaultSystem> => {
  let aheadMs = 0
  const now = () => Date.now() + aheadMs
  const idp = await startIdp()
  const bffs = await Promise.all(options.stores.map((open) => startBff(idp, open(now), now)))
  const agent = createAgent()
  const portOf = (bff: number) => bffs[bff % bffs.length]?.port ?? 0
  return {
    idp,
    sessions: await logInAll(agent, portOf(0), options.sessions),
    ask: async (session, bff, kind) => {
      const answer = await send({ agent, port: portOf(bff), ...question(session, kind) })
      keepCookies(session, answer)
      return answer
    },
    expireTokens: () => {
      aheadMs += (accessTokenSeconds + 1) * 1000
    },
    close: async () => {
      agent.destroy()
      await Promise.all(bffs.map((bff) => bff.close()))
      await idp.close()
    },
  }
}
