import { confusionAttempts, headerKeyAttempts, kidAttempts, noneAttempts } from './algorithm.ts'
import type { Attempt } from './attempt.ts'
import { audienceAttempts, claimAttempts, issuerAttempts, timeAttempts } from './claims.ts'
import { critAttempts, encryptedAttempts, otherKindAttempts, typeAttempts } from './header.ts'
import { signatureAttempts } from './signature.ts'
import { formatAttempts, jsonAttempts, limitAttempts } from './text.ts'

/** Every family that the tests' usual verifier must refuse. */
export const everyAttempt = (attackerUrl: string): readonly Attempt[] => [
  ...noneAttempts,
  ...confusionAttempts,
  ...headerKeyAttempts(attackerUrl),
  ...kidAttempts,
  ...critAttempts,
  ...encryptedAttempts,
  ...typeAttempts,
  ...otherKindAttempts,
  ...formatAttempts,
  ...jsonAttempts,
  ...limitAttempts,
  ...signatureAttempts,
  ...timeAttempts,
  ...issuerAttempts,
  ...audienceAttempts,
  ...claimAttempts,
]
