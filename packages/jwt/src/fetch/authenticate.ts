import type { AuthenticateOptions } from '../guard/authenticate.ts'
import { authenticate as createAuthenticate } from '../guard/authenticate.ts'
import type { VerifiedToken } from '../verifier.ts'
import { listHeaders, toResponse } from './respond.ts'

/** What {@link authenticate} decides. */
export type FetchOutcome =
  | {
      readonly kind: 'authenticated'
      /** `{ claims, header }` of the verified token. */
      readonly auth: VerifiedToken
      /** To be added to the answer, by lower-case name; empty unless DPoP nonces are in use. */
      readonly headers: Readonly<Record<string, string>>
    }
  | {
      readonly kind: 'refused'
      /** The whole answer, to be returned as it is. */
      readonly response: Response
    }

/** What something has read of the request before. */
export interface AlreadyRead {
  /** The form body, as an object. Only to notice a second token. */
  readonly form?: unknown
}

/** Decides who sends a request. Rejects only when the configuration is at fault. */
export type FetchGuard = (request: Request, read?: AlreadyRead) => Promise<FetchOutcome>

const targetOf = (url: string): string => {
  const { pathname, search } = new URL(url)
  return `${pathname}${search}`
}

/**
 * Creates a guard for everything that speaks `Request` and `Response`: Next.js middleware and route
 * handlers, Hono, Workers, Deno, Bun. It never reads the body.
 *
 * @example
 * ```ts
 * const guard = authenticate({ verifier })
 *
 * export const GET = async (request: Request): Promise<Response> => {
 *   const outcome = await guard(request)
 *   if (outcome.kind === 'refused') return outcome.response
 *   return Response.json({ hello: outcome.auth.claims.sub })
 * }
 * ```
 *
 * @throws JwtError `configuration_invalid` when an option is wrong
 */
export const authenticate = (options: AuthenticateOptions): FetchGuard => {
  const check = createAuthenticate(options)
  return async ({ method, url, headers }, { form } = {}) => {
    const header = (name: string): readonly string[] => {
      const value = headers.get(name)
      return value === null ? [] : [value]
    }
    const outcome = await check({ method, target: targetOf(url), header, form })
    if (outcome.kind === 'refused')
      return { kind: 'refused', response: toResponse(outcome.refusal) }
    return { kind: 'authenticated', auth: outcome.auth, headers: listHeaders(outcome) }
  }
}
