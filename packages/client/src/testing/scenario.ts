import { defaultExpiringSeconds } from './defaults.ts'
import type { Scenario, ScenarioChanges } from './options.ts'
import { cutStreams, endState, readState, startState, tell } from './session-state.ts'
import type { World } from './world.ts'

/** Moves the absolute limit of a live session; near limits are announced. */
const limit = (world: World, seconds: number): void => {
  if (world.state.kind !== 'live') return
  const { wall } = world.clock
  const idleExpiresAt = wall + world.settings.idleSeconds * 1000
  world.state = { ...world.state, idleExpiresAt, expiresAt: wall + seconds * 1000 }
  if (seconds > defaultExpiringSeconds) return
  tell(world, { event: 'session.expiring', data: { expiresInSeconds: seconds } })
}

/** Somebody is logged in: who was, unless it is somebody else now. */
const ensureLive = (world: World, { user = world.user }: ScenarioChanges): void => {
  const isSame = readState(world).kind === 'live' && user.sub === world.user.sub
  if (isSame) world.user = user
  else startState(world, { user })
}

/** What the app meets from now on. */
export const applyScenario = (
  world: World,
  scenario: Scenario,
  changes: ScenarioChanges = {},
): void => {
  world.isOffline = scenario === 'offline'
  world.demand = undefined
  if (scenario !== 'anonymous') ensureLive(world, changes)
  switch (scenario) {
    case 'authenticated':
      limit(world, world.settings.absoluteSeconds)
      break
    case 'expiring':
      limit(world, defaultExpiringSeconds)
      break
    case 'anonymous':
      endState(world)
      break
    case 'revoked':
      endState(world, 'revoked')
      break
    case 'offline':
      cutStreams(world)
      break
    case 'stepUp':
      world.demand = world.settings.stepUp
  }
}

/** As it was when it was made, but for what must differ: names and the count of arrivals. */
export const resetWorld = (world: World): void => {
  const { settings } = world
  cutStreams(world)
  for (const list of [world.seen, world.issued, world.renewals]) list.length = 0
  for (const kept of [world.current, world.rejections, world.guarded]) kept.clear()
  Object.assign(world, { user: settings.user, devices: settings.devices })
  world.state = { kind: 'none' }
  applyScenario(world, settings.scenario)
}
