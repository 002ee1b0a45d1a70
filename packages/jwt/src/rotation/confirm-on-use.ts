import { isSameSecret } from '../compare-secrets.ts'

/** A secret that rotates, known by hashes alone. */
export interface RotationState {
  readonly currentHash: string
  /** When the current secret became the current one, epoch milliseconds. */
  readonly since: number
  /** The successor: handed out, not used yet. */
  readonly child?: { readonly hash: string }
  /** The forerunner. */
  readonly former?: {
    readonly hash: string
    /** When it stops being accepted, epoch milliseconds. */
    readonly until: number
  }
}

/** What somebody brought. */
export interface PresentedSecret {
  readonly hash: string
  /**
   * Whether it was issued here for this very state, at whatever time; proven by a MAC in the secret
   * or by a list of everything issued. Only such a secret can be a replay: without the proof anybody
   * who knows a public identifier could end what it names.
   */
  readonly isAuthentic: boolean
}

/** When to rotate, and how long a forerunner is good for. */
export interface RotationLimits {
  /** Epoch milliseconds. */
  readonly now: number
  /** Age in milliseconds at which a current secret is given a successor; 0 at every use. */
  readonly rotateAfterMs: number
  /** Milliseconds for which the forerunner is accepted after its successor's first use. */
  readonly graceMs: number
}

/** What to make of a presented secret. */
export type RotationDecision =
  /** Good. */
  | { readonly kind: 'current' }
  /** Good, and old enough: make a successor, store it, hand it out. */
  | { readonly kind: 'issue-child' }
  /** Good; its successor was made before and has not come back yet: hand out the same one. */
  | { readonly kind: 'repeat-child' }
  /** Good: the successor's first use. `next` is to be stored before anyone is answered. */
  | { readonly kind: 'confirmed'; readonly next: Omit<RotationState, 'child'> }
  /** Good: sent before the successor arrived. */
  | { readonly kind: 'former' }
  /**
   * No longer good, and no proof of theft: a request that was under way for longer than the grace.
   * For a cookie, which browsers send by themselves: refuse it and end nothing; whoever sent it
   * holds the successor by now. A refresh token is only sent to be replaced, so that its late
   * return is reuse (RFC 9700, section 4.14.2).
   */
  | { readonly kind: 'former-late' }
  /** Replaced at least twice since: two parties hold secrets of one line. End it. */
  | { readonly kind: 'replayed' }
  /** Never issued for this. Refuse it and end nothing. */
  | { readonly kind: 'unknown' }

const decideForCurrent = (
  { since, child }: RotationState,
  { now, rotateAfterMs }: RotationLimits,
): RotationDecision => {
  if (child !== undefined) return { kind: 'repeat-child' }
  return now - since >= rotateAfterMs ? { kind: 'issue-child' } : { kind: 'current' }
}

/**
 * Rotation with confirmation on use (RFC 9700, section 4.14.2, made safe against lost answers): a
 * secret stays good until its successor was used once and a grace has passed, so neither a lost
 * answer nor parallel requests cost anything, and a secret from before that is a replay.
 *
 * Without false alarms as long as no message is under way for longer than `rotateAfterMs`. The
 * caller stores every change by compare-and-set and decides again when it loses.
 */
export const confirmOnUse = (
  state: RotationState,
  presented: PresentedSecret,
  limits: RotationLimits,
): RotationDecision => {
  const { currentHash, child, former } = state
  const { now, graceMs } = limits
  if (isSameSecret(presented.hash, currentHash)) return decideForCurrent(state, limits)
  if (child !== undefined && isSameSecret(presented.hash, child.hash)) {
    const next = {
      currentHash: child.hash,
      since: now,
      former: { hash: currentHash, until: now + graceMs },
    }
    return { kind: 'confirmed', next }
  }
  if (former !== undefined && isSameSecret(presented.hash, former.hash)) {
    return { kind: now < former.until ? 'former' : 'former-late' }
  }
  return { kind: presented.isAuthentic ? 'replayed' : 'unknown' }
}
