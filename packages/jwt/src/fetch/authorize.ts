import type { AuthorizeOptions } from '../guard/authorize.ts'
import { authorize as createAuthorize } from '../guard/authorize.ts'
import { requireAuth } from '../guard/require-auth.ts'
import type { VerifiedToken } from '../verifier.ts'
import { toResponse } from './respond.ts'

/**
 * Creates a check of what a verified token allows; it returns nothing, or the answer that
 * refuses.
 *
 * @example
 * ```ts
 * const mayList = authorize({ scope: 'orders:read' })
 * const refusal = mayList(outcome.auth)
 * if (refusal !== undefined) return refusal
 * ```
 *
 * @throws JwtError `configuration_invalid` when an option is wrong or nothing is asked for, and at
 * a call without what `authenticate` has found
 */
export const authorize = (
  options: AuthorizeOptions,
): ((auth: VerifiedToken) => Response | undefined) => {
  const check = createAuthorize(options)
  return (auth) => {
    const outcome = check(requireAuth(auth))
    return outcome.kind === 'refused' ? toResponse(outcome.refusal) : undefined
  }
}
