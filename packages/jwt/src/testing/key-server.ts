import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** How the key server answers right now. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A real server on loopback that counts what it is asked. */
export interface KeyServer {
  readonly url: string
  readonly requests: readonly IncomingMessage[]
  answer: Answer
  /** Refuses connections from now on, as a machine that is down. */
  stop(): Promise<void>
  /** Listens again at the same address. */
  start(): Promise<void>
}

/** Answers with JSON. */
export const json =
  (value: unknown, status = 200): Answer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/jwk-set+json' })
    response.end(JSON.stringify(value))
  }

/** Starts a key server that ends with the test. */
export const startKeyServer = async (answer: Answer): Promise<KeyServer> => {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    keyServer.answer(request, response)
  })
  const listen = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = server.address() as AddressInfo
  const keyServer: KeyServer = {
    url: `http://127.0.0.1:${port}/jwks`,
    requests,
    answer,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
    start: () => listen(port),
  }
  onTestFinished(() => keyServer.stop())
  return keyServer
}
