import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that listens already; what it answers with is attached once every port is known. */
export interface Listening {
  readonly server: Server
  readonly port: number
  close(): Promise<void>
}

/** Listens on this machine only. Rejects with the operating system's error. */
export const listen = (wantedPort: number): Promise<Listening> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(wantedPort, '127.0.0.1', () => {
      server.off('error', reject)
      resolve({
        server,
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            server.closeAllConnections()
          }),
      })
    })
  })
