import type { Context } from 'koa'
import { defaults } from '../defaults.ts'
import { RequestProblem } from '../errors.ts'
import { readBody } from './read-body.ts'

/** What a body parser of the host application made of a form. */
const fromParsed = (parsed: unknown): URLSearchParams => {
  const pairs = Object.entries(parsed ?? {}).flatMap(([name, value]: [string, unknown]) =>
    [value].flat().map((item): [string, string] => [name, String(item)]),
  )
  return new URLSearchParams(pairs)
}

/**
 * Reads a small form; a parameter may be there once (RFC 6749, section 3.1).
 *
 * @throws RequestProblem `unsupported_media_type`, `payload_too_large` or `invalid_request`
 */
export const readForm = async (ctx: Context): Promise<URLSearchParams> => {
  if (ctx.request.type !== 'application/x-www-form-urlencoded') {
    // 400, not 415: all that the specification has for a request that is wrong.
    throw new RequestProblem('invalid_request', { detail: 'The body must be a form.' })
  }
  const { parsedBody } = ctx.state
  const form =
    parsedBody === undefined
      ? new URLSearchParams(await readBody(ctx, defaults.logoutTokenBytes))
      : fromParsed(parsedBody)
  if (new Set(form.keys()).size < [...form.keys()].length) {
    throw new RequestProblem('invalid_request', { detail: 'A parameter repeats.' })
  }
  return form
}
