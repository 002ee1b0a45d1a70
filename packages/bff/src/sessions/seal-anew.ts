import type { BffContext } from '../bff-context.ts'
import { placeOfChild } from './rotate-secret.ts'
import type { SessionRecord } from './session-record.ts'
import { placeOfTokens } from './token-set.ts'

/**
 * The same record under the newest sealing key; `undefined` when that key sealed all of it. No
 * generation changes: whoever changes a part at this moment must not take it for a newer one.
 */
export const sealAnew = (
  { tokenSealer, secretSealer }: Pick<BffContext, 'tokenSealer' | 'secretSealer'>,
  record: SessionRecord,
): SessionRecord | undefined => {
  const { sid, tokens, secret } = record
  const { child } = secret
  const sealedTokens = tokenSealer.sealAnew(tokens.sealed, placeOfTokens(sid))
  const sealedChild = child && secretSealer.sealAnew(child.sealed, placeOfChild(sid))
  if (sealedTokens === undefined && sealedChild === undefined) return undefined
  return {
    ...record,
    ...(sealedTokens !== undefined && { tokens: { ...tokens, sealed: sealedTokens } }),
    ...(child !== undefined &&
      sealedChild !== undefined && {
        secret: { ...secret, child: { ...child, sealed: sealedChild } },
      }),
  }
}
