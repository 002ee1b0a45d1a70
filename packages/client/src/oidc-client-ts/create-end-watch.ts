import type { TokenLife } from '../kit.ts'
import type { Raise } from './create-events.ts'

/** Tells of the near end of a token, and of the end only when it could not be renewed. */
export interface EndWatch {
  readonly look: () => void
  /** Begins anew, with another token. */
  readonly reset: () => void
}

/**
 * @param renew resolves to the reason why there is no other token, if there is a session at all
 */
export const createEndWatch = (
  findLife: () => TokenLife | undefined,
  expiringMs: number,
  raise: Raise,
  renew: () => Promise<unknown>,
): EndWatch => {
  /** `1` when the near end has been told, `2` when it has come. */
  let stage = 0
  const look = async (): Promise<void> => {
    const { leftMs = Infinity } = findLife() ?? {}
    const next = leftMs <= 0 ? 2 : Number(leftMs <= expiringMs)
    // A hidden page does not renew; what is due is done before anyone sees it again.
    if (document.visibilityState === 'hidden' || next <= stage) return
    stage = next
    if (next < 2) raise('AccessTokenExpiring')
    const error = next === 2 && (await renew())
    if (!error) return
    raise('AccessTokenExpired')
    raise('SilentRenewError', error)
  }
  return {
    look,
    reset: () => {
      stage = 0
    },
  }
}
