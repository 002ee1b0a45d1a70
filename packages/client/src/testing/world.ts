import {
  type Device,
  defaultBasePath,
  type SessionEndReason,
  type SessionEvent,
  type UserClaims,
} from '@coatcheck/wire'
import type { StepUpChallenge } from '../step-up/challenge.ts'
import {
  defaultAbsoluteSeconds,
  defaultExpiringSeconds,
  defaultIdleSeconds,
  defaultStepUp,
  defaultTokenLifeSeconds,
} from './defaults.ts'
import type {
  FakeResource,
  FakeSessionOptions,
  LoginChanges,
  Scenario,
  ScenarioChanges,
} from './options.ts'
import type { SeenRequest } from './seen.ts'

/** A token that was handed out. */
export interface FakeToken {
  readonly text: string
  readonly resource: string
  readonly scope: string
  readonly expiresAt: number
  readonly lifeMs: number
  /** Whether APIs refuse it although its time has not come. */
  isExpired: boolean
}

/** The session of the browser whose cookie the requests would carry. */
export type FakeState =
  | { readonly kind: 'none' }
  | { readonly kind: 'ended'; readonly reason: SessionEndReason }
  | {
      readonly kind: 'live'
      readonly sid: string
      readonly createdAt: number
      readonly expiresAt: number
      idleExpiresAt: number
      readonly acr?: string
    }

/** An open event stream. */
export interface FakeStream {
  readonly send: (event: SessionEvent) => void
  readonly close: (how: 'end' | 'cut') => void
}

/** Options with their defaults. */
export type Settings = Required<Omit<FakeSessionOptions, 'logoutUrl' | 'startAt' | 'resources'>> & {
  readonly logoutUrl: string | undefined
  readonly resources: ReadonlyMap<string, FakeResource & { readonly scope: string }>
}

/** Everything the fake knows; the flows change it. */
export interface World {
  readonly settings: Settings
  readonly clock: { wall: number; monotonic: number }
  state: FakeState
  user: UserClaims
  devices: readonly Omit<Device, 'current'>[]
  isOffline: boolean
  /** What guarded APIs ask of the login. */
  demand: StepUpChallenge | undefined
  /** Present tokens by resource and scope. */
  readonly current: Map<string, FakeToken>
  readonly issued: FakeToken[]
  /** What had a token replaced, one line each. */
  readonly renewals: string[]
  /** When refusals led to a renewal, by resource and scope. */
  readonly rejections: Map<string, readonly number[]>
  readonly seen: SeenRequest[]
  /** MSW's ids of the requests to guarded APIs. */
  readonly guarded: Set<string>
  readonly streams: Set<FakeStream>
  /** Requests since the fake was made; never set back. */
  arrivals: number
  /** Makes sids and tokens differ; never set back. */
  serial: number
}

const resolveSettings = ({ resources = { api: {} }, ...given }: FakeSessionOptions): Settings => ({
  scenario: 'authenticated',
  user: { sub: 'fake-user', name: 'Fake User' },
  bffPath: defaultBasePath,
  tokenLifeSeconds: defaultTokenLifeSeconds,
  idleSeconds: defaultIdleSeconds,
  absoluteSeconds: defaultAbsoluteSeconds,
  devices: [],
  stepUp: defaultStepUp,
  logoutUrl: undefined,
  ...given,
  resources: new Map(
    Object.entries(resources).map(([name, resource]) => [name, { scope: name, ...resource }]),
  ),
})

export const createWorld = (options: FakeSessionOptions): World => {
  const { startAt = Date.now(), ...given } = options
  const settings = resolveSettings(given)
  const world: World = {
    settings,
    clock: { wall: startAt, monotonic: 0 },
    state: { kind: 'none' },
    user: settings.user,
    devices: settings.devices,
    isOffline: false,
    demand: undefined,
    current: new Map(),
    issued: [],
    renewals: [],
    rejections: new Map(),
    seen: [],
    guarded: new Set(),
    streams: new Set(),
    arrivals: 0,
    serial: 0,
  }
  applyScenario(world, settings.scenario)
  return world
}

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

export const cutStreams = ({ streams }: World): void => {
  for (const { close } of streams) close('cut')
}

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
