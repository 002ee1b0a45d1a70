import type { IncomingMessage } from 'node:http'
import type { Context } from 'koa'
import { RequestProblem } from '../errors.ts'

const brokenOff = () => new Error('The request broke off.')

/** What came before the end, or more bytes than asked for: then the rest is left where it is. */
const collect = (request: IncomingMessage, maximumBytes: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const stop = () => {
      request.off('data', keep).off('end', finish).off('error', fail).off('close', breakOff)
    }
    const finish = () => {
      stop()
      const [first = Buffer.alloc(0)] = chunks
      resolve(chunks.length > 1 ? Buffer.concat(chunks) : first)
    }
    const fail = (failure: unknown) => {
      stop()
      reject(failure)
    }
    const breakOff = () => fail(brokenOff())
    const keep = (chunk: Buffer | string) => {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      size += bytes.length
      chunks.push(bytes)
      if (size > maximumBytes) finish()
    }
    request.on('data', keep).on('end', finish).on('error', fail).on('close', breakOff)
  })

/**
 * The body as text, no longer than that. Empty when somebody else has read it already.
 *
 * @throws RequestProblem `payload_too_large`
 */
export const readBody = async (ctx: Context, maximumBytes: number): Promise<string> => {
  if (Number(ctx.get('content-length')) > maximumBytes) {
    throw new RequestProblem('payload_too_large')
  }
  if (ctx.req.readableEnded) return ''
  if (ctx.req.destroyed) throw brokenOff()
  const bytes = await collect(ctx.req, maximumBytes)
  if (bytes.length > maximumBytes) {
    // Left unread, the rest would block the next request on this connection.
    ctx.req.resume()
    throw new RequestProblem('payload_too_large')
  }
  return bytes.toString('utf8')
}
