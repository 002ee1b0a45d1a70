import type { BffContext } from '../bff-context.ts'
import { placeOfChild } from './rotate-secret.ts'
import type { SessionRecord } from './session-record.ts'
import { sealTokensAnew } from './token-set.ts'

/**
 * The same record under the newest sealing key; `undefined` when that key sealed all of it. No
 * generation changes: whoever changes a part at this moment must not take it for a newer one.
 */
export const sealAnew = (
  { tokenSealer, secretSealer }: Pick<BffContext, 'tokenSealer' | 'secretSealer'>,
  record: SessionRecord,
): SessionRecord | undefined => {
  const { sid, secret } = record
  const { child } = secret
  const tokens = sealTokensAnew(tokenSealer, record)
  const sealedChild = child && secretSealer.sealAnew(child.sealed, placeOfChild(sid))
  if (tokens === undefined && sealedChild === undefined) return undefined
  return {
    ...record,
    ...(tokens !== undefined && { tokens }),
    ...(child !== undefined &&
      sealedChild !== undefined && {
        secret: { ...secret, child: { ...child, sealed: sealedChild } },
      }),
  }
}
