import type { UserClaims } from '@coatcheck/wire'
import type { ClaimsVerdict } from './claims-schema.ts'
import type { Context } from './context.ts'
import { AuthError } from './errors.ts'

/**
 * The user as the app's schema reads the claims.
 *
 * @throws AuthError `claims_invalid`, which names the claims at fault and none of their values
 */
export const readClaims = async (context: Context, user: UserClaims): Promise<UserClaims> => {
  if (!context.claims) return user
  let verdict: ClaimsVerdict<UserClaims>
  try {
    verdict = await context.claims['~standard'].validate(user)
  } catch {
    // What it throws may quote a claim.
    verdict = { issues: [{ message: '', path: ['them'] }] }
  }
  if (!verdict.issues) return verdict.value
  const names = verdict.issues.map(({ path: [first] = [] }) =>
    String((first as { key?: PropertyKey } | undefined)?.key ?? first),
  )
  const message = `claims: the schema refused ${names.join(', ')}`
  throw new AuthError('claims_invalid', 'session', 'never', { message })
}
