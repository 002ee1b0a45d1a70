import type { GuardedRequest } from './guarded-request.ts'

/** The part of `http.IncomingMessage` that the guards read; Node itself is not imported. */
export interface NodeRequest {
  readonly method?: string | undefined
  /** Names and values in turn: the parsed headers keep only the first `Authorization`. */
  readonly rawHeaders: readonly string[]
}

const formMediaType = /^application\/x-www-form-urlencoded\s*(?:;|$)/i

const valuesOf = (rawHeaders: readonly string[], name: string): readonly string[] => {
  const values: string[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const found = rawHeaders[index] ?? ''
    if (found.length !== name.length || found.toLowerCase() !== name) continue
    values.push(rawHeaders[index + 1] ?? '')
  }
  return values
}

/** Makes a {@link GuardedRequest} of a request of node:http and what its framework knows of it. */
export const fromNodeRequest = (
  { method = '', rawHeaders }: NodeRequest,
  { target, body }: { readonly target: string; readonly body: unknown },
): GuardedRequest => {
  const header = (name: string): readonly string[] => valuesOf(rawHeaders, name)
  // A form body (RFC 6750, section 2.2), where a parser ran before.
  const isForm = body !== undefined && formMediaType.test(header('content-type')[0] ?? '')
  return { method, target, header, form: isForm ? body : undefined }
}
