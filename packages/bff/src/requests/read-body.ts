import type { IncomingMessage } from 'node:http'
import type { Context } from 'koa'
import { RequestProblem } from '../errors.ts'
import { readHeader } from './read-header.ts'

const brokenOff = () => new Error('The request broke off.')

/**
 * Up to its end; of what is too long, the rest is read and dropped, or it would block the next
 * request on this connection. The listeners stay: a request is read once, and ends with its own.
 */
const collect = (request: IncomingMessage, maximumBytes: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const keep = (chunk: Buffer | string) => {
      if (size > maximumBytes) return
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      size += bytes.length
      chunks.push(bytes)
      if (size > maximumBytes) reject(new RequestProblem('payload_too_large'))
    }
    const finish = () => {
      const [first] = chunks
      const bytes = chunks.length === 1 ? first : Buffer.concat(chunks)
      resolve(bytes === undefined ? '' : bytes.toString('utf8'))
    }
    const breakOff = () => {
      // Also comes after the end, when nobody waits any more.
      if (!request.readableEnded) reject(brokenOff())
    }
    request.on('data', keep).on('end', finish).on('error', reject).on('close', breakOff)
  })

/**
 * The body as text, no longer than that. Empty when somebody else has read it already.
 *
 * @throws RequestProblem `payload_too_large`
 */
export const readBody = (ctx: Context, maximumBytes: number): Promise<string> => {
  if (Number(readHeader(ctx, 'content-length')) > maximumBytes) {
    return Promise.reject(new RequestProblem('payload_too_large'))
  }
  if (ctx.req.readableEnded) return Promise.resolve('')
  if (ctx.req.destroyed) return Promise.reject(brokenOff())
  return collect(ctx.req, maximumBytes)
}
