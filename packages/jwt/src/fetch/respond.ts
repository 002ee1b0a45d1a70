import type { AnswerHeaders } from '../guard/authenticate.ts'
import type { Refusal } from '../guard/refusal.ts'

/** All headers of an answer by lower-case name, those included that let other origins read them. */
export const listHeaders = ({
  headers,
  exposeHeaders,
}: AnswerHeaders): Readonly<Record<string, string>> => ({
  ...headers,
  ...(exposeHeaders.length > 0 && { 'access-control-expose-headers': exposeHeaders.join(', ') }),
})

/** A refusal as the platform's own answer. */
export const toResponse = (refusal: Refusal): Response =>
  new Response(JSON.stringify(refusal.body), {
    status: refusal.status,
    headers: listHeaders(refusal),
  })
