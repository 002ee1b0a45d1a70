import { startCluster } from '../../e2e/processes/support/start-cluster.ts'

/** How long the provider takes to answer. */
const providerMs = 50
const processes = 4
const requestsEach = 25

/** Milliseconds until each answer to requests that come together when a session's tokens expire. */
export const storm = async (runs: number): Promise<readonly number[]> => {
  const cluster = await startCluster({ processes, store: 'redis' })
  try {
    const waits: number[] = []
    for (let run = 0; run < runs; run += 1) {
      const login = await cluster.login()
      await cluster.expireTokens()
      cluster.idp.faults.set({ kind: 'delay', ms: providerMs, grantType: 'refresh_token' })
      const startedAt = performance.now()
      const ask = async (process: (typeof cluster.processes)[number]) => {
        const { status } = await cluster.token(process, login)
        if (status !== 200) throw new Error(`The storm was answered with ${status}.`)
        return performance.now() - startedAt
      }
      const asked = cluster.processes.flatMap((process) =>
        Array.from({ length: requestsEach }, () => ask(process)),
      )
      waits.push(...(await Promise.all(asked)))
      cluster.idp.faults.clear()
    }
    return waits
  } finally {
    await cluster.close()
  }
}
