import type { Context } from 'koa'
import type * as z from 'zod'
import { defaults } from '../defaults.ts'
import { RequestProblem } from '../errors.ts'
import { readBody } from './read-body.ts'
import { readHeader } from './read-header.ts'

const parse = (text: string): unknown => {
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw new RequestProblem('invalid_request', { detail: 'The body is not JSON.' })
  }
}

/** The first is what nearly everyone sends, and need not be parsed. */
const isJson = (ctx: Context): boolean =>
  readHeader(ctx, 'content-type') === 'application/json' || ctx.is('json') === 'json'

/**
 * Reads a small JSON body. An absent body is an empty object.
 *
 * @throws RequestProblem `unsupported_media_type`, `payload_too_large`, or `invalid_request` with
 *   the name of the member at fault
 */
export const readJson = async <T>(ctx: Context, schema: z.ZodType<T>): Promise<T> => {
  const hasBody =
    Number(readHeader(ctx, 'content-length')) > 0 || readHeader(ctx, 'transfer-encoding') !== ''
  if (hasBody && !isJson(ctx)) throw new RequestProblem('unsupported_media_type')
  // A body parser of the host application may have read the stream before us.
  const { parsedBody } = ctx.state
  const value: unknown =
    parsedBody === undefined ? parse(await readBody(ctx, defaults.bodyBytes)) : parsedBody
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const members = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? ['(unknown member)'] : [issue.path.join('.') || '(body)'],
  )
  throw new RequestProblem('invalid_request', { detail: `At fault: ${members.join(', ')}` })
}
