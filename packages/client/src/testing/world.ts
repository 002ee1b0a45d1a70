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
  defaultIdleSeconds,
  defaultStepUp,
  defaultTokenLifeSeconds,
} from './defaults.ts'
import type { FakeResource, FakeSessionOptions } from './options.ts'
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
  /** Whether names that are not in `resources` are known as well. */
  readonly acceptsAnyResource: boolean
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

const resolveSettings = ({ resources, ...given }: FakeSessionOptions): Settings => ({
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
  acceptsAnyResource: resources === undefined,
  resources: new Map(
    Object.entries(resources ?? { api: {} }).map(([name, resource]) => [
      name,
      { scope: name, ...resource },
    ]),
  ),
})

/** The resource of that name, as the BFF is configured; without a configuration every name is one. */
export const findResource = (
  { settings: { resources, acceptsAnyResource } }: World,
  name: string,
): { readonly scope: string } | undefined =>
  resources.get(name) ?? (acceptsAnyResource && name !== '' ? { scope: name } : undefined)

/** The world before anybody has logged in; a scenario begins it. */
export const createWorld = (options: FakeSessionOptions): World => {
  const { startAt = Date.now(), ...given } = options
  const settings = resolveSettings(given)
  return {
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
}
