import type { Cluster, Login } from './start-cluster.ts'

/** What came of many calls at the moment a session's tokens have expired. */
export interface RaceResult {
  /** Refresh requests the provider received. */
  readonly calls: number
  /** Answers with an access token that is good for its whole life. */
  readonly ok: number
  /** Whether the session can be renewed once more afterwards. */
  readonly alive: boolean
  /** Milliseconds until the last answer. */
  readonly ms: number
}

export interface RaceOptions {
  /** Calls at each process. */
  readonly requests: number
  /** How long the provider takes. */
  readonly delayMs: number
  /** Resources the calls take turns to ask for. */
  readonly resources?: readonly string[]
}

const isAlive = async (cluster: Cluster, login: Login): Promise<boolean> => {
  const [process] = cluster.processes
  await cluster.expireTokens()
  return process !== undefined && (await cluster.token(process, login)).status === 200
}

/** Calls at all processes at once, for a session whose tokens have just expired. */
export const race = async (
  cluster: Cluster,
  { requests, delayMs, resources = ['orders'] }: RaceOptions,
): Promise<RaceResult> => {
  const { idp, processes } = cluster
  const login = await cluster.login()
  await cluster.expireTokens()
  idp.resetCounts()
  idp.faults.set({ kind: 'delay', ms: delayMs, grantType: 'refresh_token' })
  const startedAt = performance.now()
  const answers = await Promise.all(
    processes.flatMap((process) =>
      Array.from({ length: requests }, (_, index) =>
        cluster.token(process, login, resources[index % resources.length]),
      ),
    ),
  )
  const ms = Math.round(performance.now() - startedAt)
  const calls = idp.counts()['token:refresh_token']
  const ok = answers.filter(
    ({ status, body }) => status === 200 && Number(body.expires_in) > 290,
  ).length
  idp.faults.clear()
  return { calls, ok, alive: await isAlive(cluster, login), ms }
}
