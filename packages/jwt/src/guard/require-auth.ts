import { misconfigured } from '../options.ts'
import { isRecord } from '../token/json.ts'
import type { VerifiedToken } from '../verifier.ts'

/**
 * What `authenticate` has left for those behind it. Anything else is a mistake of the application,
 * never an anonymous request.
 *
 * @throws JwtError `configuration_invalid`
 */
export const requireAuth = (value: unknown): VerifiedToken => {
  if (isRecord(value) && isRecord(value.claims) && isRecord(value.header)) {
    return value as unknown as VerifiedToken
  }
  throw misconfigured('Mount authenticate before authorize.')
}
