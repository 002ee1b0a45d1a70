import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'

/** A wire between client and server that can be cut at the worst moment. */
export interface Proxy {
  readonly port: number
  /** Loses the next answer that matches and breaks the connection, once. */
  readonly loseAnswer: (matching: RegExp) => void
  readonly close: () => void
}

/** Starts a wire to the server on that port. */
export const startProxy = async (target: number): Promise<Proxy> => {
  let lost: RegExp | undefined
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
    client.on('data', (bytes) => upstream.write(bytes))
    upstream.on('data', (bytes) => {
      if (lost?.test(bytes.toString()) === true) {
        lost = undefined
        client.destroy()
      } else {
        client.write(bytes)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    loseAnswer: (matching) => {
      lost = matching
    },
    close: () => {
      server.close()
    },
  }
}
