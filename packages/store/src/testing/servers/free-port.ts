import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Where a cluster node listens for its peers, above its own port. */
export const clusterBusOffset = 10_000

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer()
  server.listen(port, '127.0.0.1')
  const free = await once(server, 'listening').then(
    () => true,
    () => false,
  )
  if (free) await new Promise((resolve) => server.close(resolve))
  return free
}

/**
 * A port on 127.0.0.1 that is free, as is the one a cluster node would use besides. Below those the
 * system hands out itself, so that no client's connection takes it meanwhile.
 */
export const findFreePort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(15_000, 20_000)
    if ((await isFree(port)) && (await isFree(port + clusterBusOffset))) return port
  }
}
