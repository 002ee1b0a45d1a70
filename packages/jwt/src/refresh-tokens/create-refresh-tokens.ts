import { type IssueInput, issue } from './issue.ts'
import type { IssueOutcome, RevokeOutcome, RotateOutcome } from './outcomes.ts'
import { type RefreshTokensOptions, resolveRefreshTokens } from './refresh-options.ts'
import { type RevokeInput, revoke, revokeFamily, revokeSubject } from './revoke.ts'
import { type RotateInput, rotate } from './rotate.ts'

/**
 * Refresh tokens of all users; made by {@link createRefreshTokens}. What can be expected is an
 * outcome; every method rejects with `JwtError` `store_unavailable` when the store does not answer.
 * The same call may then be made again: whatever had been stored is found and answered alike.
 */
export interface RefreshTokens {
  /**
   * Begins a family after a login.
   *
   * @throws JwtError `configuration_invalid` for input that cannot be granted,
   * `store_unavailable`, and whatever `makeAccessToken` rejects with
   */
  issue(input: IssueInput): Promise<IssueOutcome>
  /**
   * Answers one use of a refresh token with its successor.
   *
   * @throws JwtError `store_unavailable`, and whatever `makeAccessToken` rejects with
   */
  rotate(input: RotateInput): Promise<RotateOutcome>
  /**
   * Ends the family of a token, for the client it belongs to (RFC 7009).
   *
   * @throws JwtError `store_unavailable`
   */
  revoke(input: RevokeInput): Promise<RevokeOutcome>
  /**
   * Ends one family, such as that of a lost device. Resolves to whether it was there and alive.
   *
   * @throws JwtError `store_unavailable`
   */
  revokeFamily(familyId: string): Promise<boolean>
  /**
   * Ends all families of a subject, those included that are being issued at this moment. Resolves
   * to how many were alive. After a rejection some may be: call it again.
   *
   * @throws JwtError `store_unavailable`
   */
  revokeSubject(subject: string): Promise<number>
}

/**
 * Creates refresh tokens: opaque texts of 256 random bits in families, of which the store sees
 * only hashes. Each use replaces the token; a replaced token that comes back ends the family and
 * denies the access tokens it made (RFC 9700, section 4.14.2). Neither lost answers nor parallel
 * uses cost a login: until a successor was used, and a grace beyond, its parent is answered with
 * the same successor, by whichever process. There are no false alarms as long as no request is
 * under way while its client refreshes twice.
 *
 * The clocks of all processes must agree within the grace.
 *
 * @throws JwtError `configuration_invalid` when an option is wrong
 */
export const createRefreshTokens = (options: RefreshTokensOptions): RefreshTokens => {
  const context = resolveRefreshTokens(options)
  return {
    issue: (input) => issue(context, input),
    rotate: (input) => rotate(context, input),
    revoke: (input) => revoke(context, input),
    revokeFamily: (familyId) => revokeFamily(context, familyId),
    revokeSubject: (subject) => revokeSubject(context, subject),
  }
}
