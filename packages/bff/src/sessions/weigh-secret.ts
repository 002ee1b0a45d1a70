import { confirmOnUse, type PresentedSecret, type RotationDecision } from '@coatcheck/jwt'
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
): RotationDecision => {
  const hash = hashSecret(secret)
  const weigh = (presented: PresentedSecret) =>
    confirmOnUse(record.secret, presented, {
      now: options.now(),
      rotateAfterMs: options.session.secretRotationSeconds * 1000,
      graceMs: defaults.secretGraceSeconds * 1000,
    })
  const decision = weigh({ hash, isAuthentic: false })
  // The MAC matters only for a secret that is not expected: the hot path does without it.
  const isAuthentic = decision.kind === 'unknown' && secrets.isAuthentic(sid, secret)
  return isAuthentic ? weigh({ hash, isAuthentic }) : decision
}
