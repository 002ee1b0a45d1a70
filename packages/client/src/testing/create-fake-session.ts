import {
  channelPrefix,
  type LogoutRequest,
  routes,
  type SessionEndReason,
  type UserClaims,
} from '@coatcheck/wire'
import { http, type RequestHandler } from 'msw'
import type { AuthClient } from '../create-auth-client.ts'
import type { AuthState } from '../state.ts'
import { onlineAfterMs } from './defaults.ts'
import { expectLogouts, expectRenewals } from './expect.ts'
import { createGuard, type GuardOptions, type Resolver } from './guard.ts'
import { createOpen } from './open.ts'
import type { FakeSessionOptions, LoginChanges, Scenario, ScenarioChanges } from './options.ts'
import { ready } from './ready.ts'
import { createBffHandler } from './router.ts'
import { applyScenario, resetWorld } from './scenario.ts'
import type { SeenRequest } from './seen.ts'
import { cutStreams, endState, startState } from './session-state.ts'
import { createWorld, type World } from './world.ts'

/** A BFF and the session it keeps, as far as a page can tell. It does not need a test runner. */
export interface FakeSession {
  /** For `setupServer(...)` or `setupWorker(...)` of MSW; before the app's own. */
  readonly handlers: readonly RequestHandler[]
  /** For `createAuthClient({ ...session.clock })`: client and BFF then live by `advance` alone. */
  readonly clock: { readonly now: () => number; readonly monotonicNow: () => number }
  /** Every request so far, in order. */
  readonly seen: readonly SeenRequest[]
  /** Every token that was handed out, in order. */
  readonly tokens: readonly string[]
  /** What the app meets from now on. The page learns it as it would in life: by its next request. */
  readonly set: (scenario: Scenario, changes?: ScenarioChanges) => void
  /**
   * Somebody has logged in, in a popup or in another tab: there is another session, it satisfies
   * what an API asked for in the scenario `stepUp`, and the pages are told as by the landing page.
   */
  readonly login: (changes?: LoginChanges) => void
  /** Has the APIs refuse the tokens handed out so far, of one resource or of all. */
  readonly expireToken: (resource?: string) => void
  /** Ends the session on the server. Default reason `revoked`. */
  readonly revoke: (reason?: SessionEndReason) => void
  /** Takes the network away; requests reject as the platform's do. */
  readonly goOffline: () => void
  /** Brings the network back, a second later on the clocks. */
  readonly goOnline: () => void
  /** Lets time pass on both clocks. Runs no timers: the client looks when it is used or woken. */
  readonly advance: (milliseconds: number) => void
  /** Fires `focus` at the window, as when the user comes back: the client does what is due. */
  readonly wake: () => void
  /**
   * Puts an API's guard before a handler: no token, one of another resource or an expired one 401,
   * too little scope 403, and 401 with the challenge of RFC 9470 in the scenario `stepUp`.
   *
   * @throws FakeSessionError `unknown_resource`
   */
  readonly guard: (resource: string, resolver: Resolver, options?: GuardOptions) => Resolver
  /** Stands in for `window.open` in `loginByPopup`; the login is among `seen`. */
  readonly open: typeof globalThis.open
  /**
   * Waits like `client.ready()`, and makes sure that the client speaks to this fake.
   *
   * @throws FakeSessionError `client_created_too_early`, `no_document`, `client_disposed`
   */
  readonly ready: <Claims extends object = UserClaims>(
    client: AuthClient<Claims>,
  ) => Promise<AuthState<Claims>>
  /**
   * That so often a token was replaced by a new one, whoever asked; the first one is none.
   *
   * @throws FakeSessionError `expectation_failed`; `client_created_too_early` when nothing arrived
   */
  readonly expectRenewals: (count: number) => void
  /**
   * That these logouts were asked for, by their scopes and in this order.
   *
   * @throws FakeSessionError `expectation_failed`; `client_created_too_early` when nothing arrived
   */
  readonly expectLogouts: (...scopes: readonly NonNullable<LogoutRequest['scope']>[]) => void
  /** Forgets everything and begins with the scenario of the options, as if just created. */
  readonly reset: () => void
}

/** Other pages of the app hear of a login as the landing page of a popup tells it. */
const announceLogin = ({ settings }: World): void => {
  if (!globalThis.BroadcastChannel) return
  const channel = new BroadcastChannel(channelPrefix + settings.bffPath)
  channel.postMessage({ popup: '', sid: 'popup' })
  channel.close()
}

/** At the window the document stands in, which not every environment makes the global object. */
const fire = (type: 'focus' | 'online' | 'offline'): void => {
  const view = globalThis.document?.defaultView
  if (view) view.dispatchEvent(new view.Event(type))
}

/** Handlers for the origins of the resources: what passes goes on to the app's own handlers. */
const guardOrigins = (world: World): readonly RequestHandler[] => {
  const guard = createGuard(world)
  return [...world.settings.resources].flatMap(([name, { origin }]) =>
    origin === undefined
      ? []
      : [
          http.all(
            `${origin}/*`,
            guard(name, () => undefined),
          ),
        ],
  )
}

const passTime = ({ clock }: World, milliseconds: number): void => {
  clock.wall += milliseconds
  clock.monotonic += milliseconds
}

/**
 * Creates a fake session for tests of an app: MSW handlers that answer as the BFF does. Its tokens
 * are no JWTs; no API takes them.
 *
 * @example
 * ```ts
 * const session = createFakeSession({ scenario: 'expiring' })
 * const server = setupServer(...session.handlers)
 * ```
 */
export const createFakeSession = (options: FakeSessionOptions = {}): FakeSession => {
  const world = createWorld(options)
  applyScenario(world, world.settings.scenario)
  return {
    handlers: [createBffHandler(world), ...guardOrigins(world)],
    clock: { now: () => world.clock.wall, monotonicNow: () => world.clock.monotonic },
    seen: world.seen,
    get tokens() {
      return world.issued.map(({ text }) => text)
    },
    set: (scenario, changes) => applyScenario(world, scenario, changes),
    login: (changes) => {
      startState(world, changes)
      announceLogin(world)
    },
    expireToken: (resource) => {
      for (const token of world.issued)
        token.isExpired ||= (resource ?? token.resource) === token.resource
    },
    revoke: (reason = 'revoked') => endState(world, reason),
    goOffline: () => {
      world.isOffline = true
      cutStreams(world)
      fire('offline')
    },
    goOnline: () => {
      world.isOffline = false
      passTime(world, onlineAfterMs)
      fire('online')
    },
    advance: (milliseconds) => passTime(world, milliseconds),
    wake: () => fire('focus'),
    guard: createGuard(world),
    open: createOpen(world, `${world.settings.bffPath}${routes.login}`),
    ready: (client) => ready(world, client),
    expectRenewals: (count) => expectRenewals(world, count),
    expectLogouts: (...scopes) => expectLogouts(world, scopes),
    reset: () => resetWorld(world),
  }
}
