import type { Context } from 'koa'
import type * as z from 'zod'
import { defaults } from '../defaults.ts'
import { RequestProblem } from '../errors.ts'
import { readBody } from './read-body.ts'

const readValue = async (ctx: Context): Promise<unknown> => {
  // A body parser of the host application may have read the stream before us.
  if (ctx.state.parsedBody !== undefined) return ctx.state.parsedBody
  const text = await readBody(ctx, defaults.bodyBytes)
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw new RequestProblem('invalid_request', { detail: 'The body is not JSON.' })
  }
}

/** The first is what nearly everyone sends, and need not be parsed. */
const isJson = (ctx: Context): boolean =>
  ctx.get('content-type') === 'application/json' || ctx.is('json') === 'json'

/**
 * Reads a small JSON body. An absent body is an empty object.
 *
 * @throws RequestProblem `unsupported_media_type`, `payload_too_large`, or `invalid_request` with
 *   the name of the member at fault
 */
export const readJson = async <T>(ctx: Context, schema: z.ZodType<T>): Promise<T> => {
  const hasBody = Number(ctx.get('content-length')) > 0 || ctx.get('transfer-encoding') !== ''
  if (hasBody && !isJson(ctx)) throw new RequestProblem('unsupported_media_type')
  const result = schema.safeParse(await readValue(ctx))
  if (result.success) return result.data
  const members = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? ['(unknown member)'] : [issue.path.join('.') || '(body)'],
  )
  throw new RequestProblem('invalid_request', { detail: `At fault: ${members.join(', ')}` })
}
