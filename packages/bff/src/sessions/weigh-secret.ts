import { confirmOnUse, type RotationDecision } from '@coatcheck/jwt'
import type { BffContext } from '../bff-context.ts'
import type { SessionCookie } from '../cookies/session-cookie.ts'
import { defaults } from '../defaults.ts'
import { hashSecret } from './hash-secret.ts'
import type { SessionRecord } from './session-record.ts'

/** What the secret of a cookie is worth to the session its sid names, at this moment. */
export const weighSecret = (
  { options, secrets }: Pick<BffContext, 'options' | 'secrets'>,
  { sid, secret }: SessionCookie,
  record: SessionRecord,
): RotationDecision =>
  confirmOnUse(
    record.secret,
    {
      hash: hashSecret(secret),
      // Seldom asked for: the hot path does without the MAC.
      get isAuthentic() {
        return secrets.isAuthentic(sid, secret)
      },
    },
    {
      now: options.now(),
      rotateAfterMs: options.session.secretRotationSeconds * 1000,
      graceMs: defaults.secretGraceSeconds * 1000,
    },
  )
