import type { Context } from './context.ts'
import { sameInstantMs } from './defaults.ts'
import { emit } from './state.ts'

/** Reports the near end of the session, once for each end. */
export const warnOfEnd = (context: Context, expiresAt: number): void => {
  const { era } = context
  if (Math.abs(expiresAt - (era.warnedOf ?? 0)) < sameInstantMs) return
  era.warnedOf = expiresAt
  emit(context, 'sessionExpiring', { expiresAt })
}
