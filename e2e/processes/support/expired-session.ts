import type { TestContext } from 'vitest'
import type { Answer } from './send.ts'
import { type Cluster, type Login, startCluster } from './start-cluster.ts'
import type { BffProcess } from './start-process.ts'

/** A session whose tokens have expired, and three processes of which one will not do well. */
export interface ExpiredSession {
  readonly cluster: Cluster
  readonly login: Login
  readonly victim: BffProcess
  /** The others ask for a token, at once. */
  askSurvivors(): Promise<readonly Answer[]>
  /** Refresh requests the provider received since the tokens expired. */
  refreshes(): number
}

/** Started for one test and ended with it. */
export const startExpiredSession = async ({
  onTestFinished,
}: Pick<TestContext, 'onTestFinished'>): Promise<ExpiredSession> => {
  // A process that is stopped must find its answer still there when it goes on.
  const cluster = await startCluster({ processes: 3, timeoutMs: 30_000 })
  onTestFinished(() => cluster.close())
  const [first, second, victim] = cluster.processes
  if (first === undefined || second === undefined || victim === undefined) {
    throw new Error('Three processes were asked for.')
  }
  const login = await cluster.login()
  await cluster.expireTokens()
  cluster.idp.resetCounts()
  return {
    cluster,
    login,
    victim,
    askSurvivors: () =>
      Promise.all([first, second].map((process) => cluster.token(process, login))),
    refreshes: () => cluster.idp.counts()['token:refresh_token'],
  }
}
