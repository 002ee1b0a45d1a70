import { type LogoutAnswer, parseReturnTo } from '@coatcheck/wire'
import { json, problem } from '../problem.ts'
import { logoutRules, readBody } from '../read-body.ts'
import type { SeenRequest } from '../seen.ts'
import { endState, readState } from '../session-state.ts'
import type { World } from '../world.ts'
import { requireLive } from './require-live.ts'

/** `POST /logout`: here, everywhere or everywhere else. */
export const logout = (world: World, request: SeenRequest): Response => {
  const body = readBody(request, logoutRules)
  if (body instanceof Response) return body
  const { scope = 'local', returnTo = '/', provider } = body
  const { bffPath, logoutUrl } = world.settings
  if (parseReturnTo(returnTo, request.url.origin, bffPath) === undefined) {
    return problem('return_to_not_allowed')
  }
  if (scope === 'others') {
    const live = requireLive(world)
    if (live instanceof Response) return live
    world.devices = []
    return json({})
  }
  const wasLive = readState(world).kind === 'live'
  if (wasLive && scope === 'global') world.devices = []
  // The cookie goes with it, and with the cookie every memory of why.
  endState(world)
  const leads = wasLive && logoutUrl !== undefined && provider !== 'keep'
  return json((leads ? { logoutUrl } : {}) satisfies LogoutAnswer)
}
