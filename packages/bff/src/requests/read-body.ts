import type { Context } from 'koa'
import { RequestProblem } from '../errors.ts'

/**
 * The body as text, no longer than that.
 *
 * @throws RequestProblem `payload_too_large`
 */
export const readBody = async (ctx: Context, maximumBytes: number): Promise<string> => {
  if (Number(ctx.get('content-length')) > maximumBytes) {
    throw new RequestProblem('payload_too_large')
  }
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of ctx.req.iterator({ destroyOnReturn: false })) {
    const bytes = Buffer.from(chunk as Uint8Array)
    size += bytes.length
    if (size > maximumBytes) break
    chunks.push(bytes)
  }
  if (size > maximumBytes) {
    // Left unread, the rest would block the next request on this connection.
    ctx.req.resume()
    throw new RequestProblem('payload_too_large')
  }
  return Buffer.concat(chunks).toString('utf8')
}
