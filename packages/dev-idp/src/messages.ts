import { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { maximumFormBytes } from './defaults.ts'

/** Reads a form (application/x-www-form-urlencoded); `undefined` when it is too long. */
export const readBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = []
  let length = 0
  // The connection of a form that is too long must live to be told so.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length
    if (length > maximumFormBytes) break
    chunks.push(chunk)
  }
  if (length <= maximumFormBytes) return Buffer.concat(chunks)
  // Unread, the rest would block the next request on this connection.
  request.resume()
  return undefined
}

/** What {@link createRequest} makes a request of. */
export interface RequestParts {
  readonly socket: Socket
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** A request that was not parsed from its socket: one whose body was read already, or our own. */
export const createRequest = (parts: RequestParts): IncomingMessage => {
  const request = new IncomingMessage(parts.socket)
  request.method = parts.method
  request.url = parts.url
  request.headers = parts.headers
  request.httpVersion = '1.1'
  request.httpVersionMajor = 1
  request.httpVersionMinor = 1
  request.complete = true
  request.push(parts.body)
  request.push(null)
  return request
}
