import { type Context, startEra } from './context.ts'
import { heartbeatMs, sessionWarningMs, wakeCheckMs, wakeRetryMs } from './defaults.ts'
import { sessionRequired } from './errors.ts'
import { loadSession } from './session.ts'
import { type AuthStateOf, setState } from './state.ts'
import { renewAhead } from './token.ts'
import { warnOfEnd } from './warn-of-end.ts'

/** Does what is due, in a visible page only: a hidden one neither renews nor retries. */
const look = (context: Context, pauseMs: number): void => {
  if (document.visibilityState === 'hidden') return
  const state = context.state as Partial<AuthStateOf<'authenticated'>>
  const { sessionExpiresAt: expiresAt = Infinity } = state
  if (expiresAt - context.now() < sessionWarningMs) warnOfEnd(context, expiresAt)
  if (context.attemptAgeMs() >= pauseMs) loadSession(context, 'slide=false')
  else renewAhead(context)
}

/** A page taken from the back/forward cache shows what was; nothing of it is taken for granted. */
const restore = (context: Context): void => {
  startEra(context, sessionRequired('session'))
  setState(context, { status: 'loading' })
  loadSession(context, 'slide=false')
}

/** Watches for the moments at which something is due or the page may have missed something. */
export const watchPage = (context: Context, signal: AbortSignal): void => {
  const onWake = ({ persisted }: Partial<PageTransitionEvent>): void => {
    if (persisted) restore(context)
    else look(context, context.retryMs ? wakeRetryMs : wakeCheckMs)
  }
  for (const event of ['visibilitychange', 'focus', 'online', 'pageshow']) {
    addEventListener(event, onWake, { signal })
  }
  const beat = (): void => look(context, context.retryMs || Infinity)
  const heartbeat = setInterval(beat, heartbeatMs)
  signal.addEventListener('abort', () => clearInterval(heartbeat))
}
