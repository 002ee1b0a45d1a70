import type { AnswerHeaders } from '../guard/authenticate.ts'
import type { NodeRequest } from '../guard/node-request.ts'
import type { Refusal } from '../guard/refusal.ts'
import { requireAuth } from '../guard/require-auth.ts'
import type { VerifiedToken } from '../verifier.ts'

/** The part of Express's request that the guards use. Express itself is not imported. */
export interface GuardRequest extends NodeRequest {
  /** Path and query as they were sent, which a mounted router does not shorten. */
  readonly originalUrl: string
  /** Where a body parser ran before. */
  readonly body?: unknown
}

/** The part of Express's response that the guards use. */
export interface GuardResponse {
  readonly locals: Record<string, unknown>
  readonly headersSent: boolean
  statusCode: number
  getHeader(name: string): number | string | readonly string[] | undefined
  setHeader(name: string, value: string): unknown
  end(body: string): unknown
}

/** Express's `next`: with an error it leads to the application's error handler. */
export type Next = (error?: unknown) => void

/** An Express middleware, the same for Express 5 and 4. */
export type GuardHandler = (request: GuardRequest, response: GuardResponse, next: Next) => void

const exposed = 'Access-Control-Expose-Headers'

/** Sets headers, and lets pages of other origins read those they need. */
export const setHeaders = (
  response: GuardResponse,
  { headers, exposeHeaders }: AnswerHeaders,
): void => {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (exposeHeaders.length === 0) return
  const before = [response.getHeader(exposed) ?? []].flat()
  response.setHeader(exposed, [...before, ...exposeHeaders].join(', '))
}

/** Writes a refusal as the answer, unless somebody, such as a timeout, has answered before. */
export const answerRefusal = (response: GuardResponse, refusal: Refusal): void => {
  if (response.headersSent) return
  response.statusCode = refusal.status
  setHeaders(response, refusal)
  response.end(JSON.stringify(refusal.body))
}

/**
 * The verified token of a request that `authenticate` has let pass: `res.locals.auth`, with its
 * type.
 *
 * @throws JwtError `configuration_invalid` when `authenticate` is not mounted before the route
 */
export const authOf = (response: {
  readonly locals: Readonly<Record<string, unknown>>
}): VerifiedToken => requireAuth(response.locals.auth)
