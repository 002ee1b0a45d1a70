import type { SessionEndReason, SessionEvent } from '@coatcheck/wire'
import type { LoginChanges } from './options.ts'
import type { FakeState, World } from './world.ts'

/** Tells the pages that hold a stream. */
export const tell = ({ streams }: World, event: SessionEvent): void => {
  for (const { send } of streams) send(event)
}

/** Ends the session: nothing of it is left, and a reason only where the cookie still names it. */
export const endState = (world: World, reason?: SessionEndReason): void => {
  world.state = reason ? { kind: 'ended', reason } : { kind: 'none' }
  world.current.clear()
  for (const token of world.issued) token.isExpired = true
  tell(world, { event: 'session.ended', data: reason ? { reason } : {} })
  for (const { close } of world.streams) close('end')
}

/** A login that has succeeded; it satisfies what an API asked for. */
export const startState = (world: World, { user = world.user, acr }: LoginChanges = {}): void => {
  const { idleSeconds, absoluteSeconds } = world.settings
  const { wall } = world.clock
  const reached = acr ?? world.demand?.acrValues?.split(' ')[0]
  if (world.state.kind === 'live') endState(world, 'replaced')
  world.user = user
  world.demand = undefined
  world.serial += 1
  world.state = {
    kind: 'live',
    // As long as a real one: the BFF's paths take no other.
    sid: `fake-session-${String(world.serial).padStart(9, '0')}`,
    createdAt: wall,
    expiresAt: wall + absoluteSeconds * 1000,
    idleExpiresAt: wall + idleSeconds * 1000,
    ...(reached !== undefined && { acr: reached }),
  }
}

/** The session as it is now: limits that were reached have ended it. */
export const readState = (world: World): FakeState => {
  const { state, clock } = world
  const isOver =
    state.kind === 'live' && Math.min(state.expiresAt, state.idleExpiresAt) <= clock.wall
  if (isOver) endState(world, 'expired')
  return world.state
}

/** Breaks the open streams off, as a network does. */
export const cutStreams = ({ streams }: World): void => {
  for (const { close } of streams) close('cut')
}
