import { type Context, startEra } from './context.ts'
import { sessionRequired } from './errors.ts'
import { type AuthStateOf, emit, setState, type UnauthenticatedReason } from './state.ts'

/** Nobody is logged in any more, or nobody was: tokens are dropped before anyone is told. */
export const endSession = (context: Context, reason?: UnauthenticatedReason): void => {
  const { login, state } = context
  const { reason: known } = state as Partial<AuthStateOf<'unauthenticated'>>
  context.login = undefined
  startEra(context, sessionRequired('session'))
  // A later answer without a reason does not hide the reason already known.
  setState(context, { status: 'unauthenticated', reason: reason ?? known })
  if (login) emit(context, 'sessionEnded', { reason })
}
