import { problem } from '../problem.ts'
import { readState } from '../session-state.ts'
import type { FakeState, World } from '../world.ts'

/** The live session; a `Response` is the refusal that tells why there is none. */
export const requireLive = (world: World): Extract<FakeState, { kind: 'live' }> | Response => {
  const state = readState(world)
  switch (state.kind) {
    case 'live':
      return state
    case 'none':
      return problem('session_required')
    case 'ended': {
      const { reason } = state
      return problem(reason === 'expired' ? 'session_expired' : 'session_revoked', { reason })
    }
  }
}
