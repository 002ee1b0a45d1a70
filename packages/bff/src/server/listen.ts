import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BffError } from '../errors.ts'

/** A server that listens. */
export interface Listening {
  readonly server: Server
  readonly host: string
  readonly port: number
}

const remedies: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use; stop who has it or choose another port',
  EACCES: 'is not open to this user; choose a port above 1023',
  EADDRNOTAVAIL: 'cannot be had, since this machine does not have that address',
  ENOTFOUND: 'cannot be had, since that name leads nowhere',
}

/**
 * Listens, and waits longer for the next request than a proxy in front does, so that none is sent
 * into a connection that closes.
 *
 * @throws BffError `configuration_invalid` with the option at fault
 */
export const listen = (
  option: 'listen' | 'operators',
  { host, port }: { readonly host: string; readonly port: number },
  listener: RequestListener,
): Promise<Listening> =>
  new Promise((resolve, reject) => {
    const server = createServer({ keepAliveTimeout: 75_000, requestTimeout: 30_000 }, listener)
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const remedy = remedies[cause.code ?? ''] ?? 'cannot be had'
      reject(
        new BffError('configuration_invalid', `${option}: ${host} port ${port} ${remedy}.`, {
          cause,
        }),
      )
    })
    server.listen(port, host, () => {
      const { address, port: actual } = server.address() as AddressInfo
      resolve({ server, host: address, port: actual })
    })
  })
