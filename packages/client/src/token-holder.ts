import type { TokenAnswer } from '@coatcheck/wire'
import type { Context, Era, Held, Wanted } from './context.ts'
import { AuthError } from './errors.ts'
import { emit } from './state.ts'

/** One string for one token; resource names hold no line breaks. */
export const keyOf = ({ resource, scope = '' }: Wanted): string => `${resource}\n${scope}`

/** The token that is held, whatever its age. */
export const findToken = (era: Era, wanted: Wanted): Held | undefined => era.tokens[keyOf(wanted)]

/** Life that is enough, in milliseconds: never more than half of what the token came with. */
export const enoughMs = (halfMs: number, minValiditySeconds: number): number =>
  Math.min(minValiditySeconds * 1000, halfMs)

/**
 * Takes a token in and tells who listens.
 *
 * @throws AuthError `unexpected_answer` when it cannot be used in a header
 */
export const holdToken = (
  context: Context,
  era: Era,
  wanted: Wanted,
  { access_token: token, expires_in: expiresInSeconds, scope: granted }: TokenAnswer,
): void => {
  // Only what a header can carry: the platform's refusal would quote the token.
  if (!(token && context.encodeUri(token) === token && expiresInSeconds > 0)) {
    throw new AuthError('unexpected_answer', 'token')
  }
  const halfMs = expiresInSeconds * 500
  const ageMs = context.startAge()
  const isOther = findToken(era, wanted)?.token !== token
  era.tokens[keyOf(wanted)] = {
    wanted,
    token,
    granted,
    leftMs: () => halfMs * 2 - ageMs(),
    halfMs,
    aheadMs: enoughMs(halfMs, context.minValiditySeconds) * (1 + context.random() / 2),
  }
  if (isOther && era === context.era) {
    emit(context, 'tokenRenewed', { ...wanted, expiresInSeconds })
  }
}
