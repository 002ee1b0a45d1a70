import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createBff } from '../create-bff.ts'
import type { BffOptions } from '../options.ts'
import {
  type Browser,
  type BrowserRequest,
  type BrowserResponse,
  createBrowser,
  fetchHeaders,
} from './browser.ts'

/** Another BFF behind the same public URL, with nothing in common but options and store. */
export interface SecondProcess {
  /** What the other process answers to a call with that browser's cookies. */
  post(browser: Browser, path: string, body?: unknown): Promise<BrowserResponse>
  /** Exactly this request. */
  send(path: string, request: BrowserRequest): Promise<BrowserResponse>
  /** The other process's own address, which no browser sees. */
  readonly port: number
  close(): Promise<void>
}

export const startSecondProcess = async (options: BffOptions): Promise<SecondProcess> => {
  const bff = createBff(options)
  const server = createServer({ keepAliveTimeout: 75_000 }, bff.callback)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const wire = createBrowser(`http://localhost:${port}`)
  return {
    post: (browser, path, body = {}) =>
      wire.send(path, {
        method: 'POST',
        headers: {
          ...fetchHeaders(options.publicUrl),
          'content-type': 'application/json',
          cookie: [...browser.jar].map(([name, { value }]) => `${name}=${value}`).join('; '),
        },
        body: JSON.stringify(body),
      }),
    send: wire.send,
    port,
    close: async () => {
      await bff.close()
      await new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      })
    },
  }
}
