import autocannon from 'autocannon'
import { answerParent } from './child.ts'
import type { Load, LoadResult, Target } from './load.ts'

const targets = new Map<string, Target>()

/** Every n-th request for each of n connections, so that no two ask for the same at once. */
const shareOf = ({ requests }: Target, connection: number, connections: number) =>
  requests.filter((_, index) => index % connections === connection)

const run = async ({ target: name, connections, seconds }: Load): Promise<LoadResult> => {
  const target = targets.get(name)
  if (target === undefined) throw new Error(`No target ${name}.`)
  let connection = 0
  const result = await autocannon({
    url: target.url,
    connections,
    duration: seconds,
    setupClient: (client) => {
      client.setRequests(
        shareOf(target, connection, connections).map((request) => ({ ...request })),
      )
      connection += 1
    },
  })
  const { non2xx, errors, timeouts, latency, requests, duration } = result
  return {
    answers: requests.total,
    faults: non2xx + errors + timeouts,
    seconds: duration,
    p50Ms: latency.p50,
    p99Ms: latency.p99,
  }
}

answerParent({
  target: ({ name, target }: { readonly name: string; readonly target: Target }) => {
    targets.set(name, target)
  },
  run,
})
