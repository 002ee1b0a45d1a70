import { type DevicesAnswer, routes } from '@coatcheck/wire'
import { HttpResponse } from 'msw'
import { json, problem, safeHeaders } from '../problem.ts'
import type { SeenRequest } from '../seen.ts'
import { endState } from '../session-state.ts'
import type { World } from '../world.ts'
import { requireLive } from './require-live.ts'

/** `GET /sessions`: this session first, then the others, last seen first. */
export const sessions = (world: World): Response => {
  const live = requireLive(world)
  if (live instanceof Response) return live
  const createdAt = Math.floor(live.createdAt / 1000)
  const lastSeenAt = Math.floor((live.idleExpiresAt - world.settings.idleSeconds * 1000) / 1000)
  const others = world.devices
    .map((device) => ({ ...device, current: false }))
    .sort((one, other) => other.lastSeenAt - one.lastSeenAt)
  const own = { sid: live.sid, createdAt, lastSeenAt, current: true }
  return json({ sessions: [own, ...others] } satisfies DevicesAnswer)
}

/** `DELETE /sessions/SID`: ends one of the user's own. */
export const endDevice = (world: World, { url }: SeenRequest): Response => {
  const live = requireLive(world)
  if (live instanceof Response) return live
  const sid = url.pathname.slice(`${world.settings.bffPath}${routes.sessions}/`.length)
  const rest = world.devices.filter((device) => device.sid !== sid)
  if (sid === live.sid) endState(world)
  else if (rest.length === world.devices.length) return problem('not_found')
  else world.devices = rest
  return new HttpResponse(null, { status: 204, headers: safeHeaders })
}
