import type { Device, UserClaims } from '@coatcheck/wire'
import type { StepUpChallenge } from '../step-up/challenge.ts'

/**
 * What the app meets:
 * - `authenticated`: somebody is logged in
 * - `anonymous`: nobody is, and nobody was
 * - `expiring`: the session ends in a minute
 * - `offline`: neither the BFF nor the APIs can be reached; the session lives on
 * - `revoked`: the session was ended by the provider or an operator
 * - `stepUp`: somebody is logged in, and the guarded APIs ask for a stronger login (RFC 9470)
 */
export type Scenario = 'authenticated' | 'anonymous' | 'expiring' | 'offline' | 'revoked' | 'stepUp'

/** One API, as the BFF is configured for it. */
export interface FakeResource {
  /** Space-separated scope of its tokens. Default: the resource's name. */
  readonly scope?: string
  /**
   * Origin of the API, such as `https://api.example.com`. With it the fake refuses requests to that
   * origin as the API would; those with a good token go on to the app's own handlers.
   */
  readonly origin?: string
}

/** Options of `createFakeSession`. */
export interface FakeSessionOptions {
  /** What the test begins with. Default `authenticated`. */
  readonly scenario?: Scenario
  /** Claims of the user. Default `{ sub: 'fake-user', name: 'Fake User' }`. */
  readonly user?: UserClaims
  /**
   * The APIs by the names the BFF knows them by; the first is the default. Other names are refused as
   * by the BFF (`unknown_resource`). Default: every name is known.
   */
  readonly resources?: Readonly<Record<string, FakeResource>>
  /** Path of the BFF, as given to `createAuthClient`. Default `/bff`. */
  readonly bffPath?: `/${string}`
  /** Life of an access token, in seconds. Default 300. */
  readonly tokenLifeSeconds?: number
  /** Idle limit of a session, in seconds. Default 28800 (8 hours). */
  readonly idleSeconds?: number
  /** Absolute limit of a session, in seconds. Default 1209600 (14 days). */
  readonly absoluteSeconds?: number
  /** The user's other devices, as `GET /sessions` lists them. Default none. */
  readonly devices?: readonly Omit<Device, 'current'>[]
  /** What the APIs ask for in the scenario `stepUp`. Default `{ acrValues: 'urn:fake:strong' }`. */
  readonly stepUp?: StepUpChallenge
  /**
   * Where a logout leads, as with a provider that has an end_session_endpoint. Default none: most
   * test environments cannot navigate.
   */
  readonly logoutUrl?: string
  /** Where the clocks begin, epoch milliseconds; they stand still until `advance`. Default: now. */
  readonly startAt?: number
}

/** What a scenario or a login may bring along. */
export interface ScenarioChanges {
  /** Claims of the user from now on. */
  readonly user?: UserClaims
}

/** What a login may bring along. */
export interface LoginChanges extends ScenarioChanges {
  /** Authentication context class of the login. */
  readonly acr?: string
}
