import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DevIdpError } from './errors.ts'

const toDevIdpError = (cause: NodeJS.ErrnoException, port: number) =>
  cause.code === 'EADDRINUSE'
    ? new DevIdpError(
        'port_in_use',
        `Port ${port} is in use by another program. Stop it, or choose another port (0 takes any free one).`,
        { cause },
      )
    : new DevIdpError('listen_failed', `Port ${port} cannot be used (${cause.code}).`, { cause })

/**
 * Resolves to the port once the server listens.
 *
 * @throws DevIdpError `port_in_use`, `listen_failed`
 */
export const listen = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(toDevIdpError(cause, port)))
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
