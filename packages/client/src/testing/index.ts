export { createFakeSession, type FakeSession } from './create-fake-session.ts'
export { FakeSessionError, type FakeSessionErrorCode } from './errors.ts'
export type { GuardOptions, Resolver } from './guard.ts'
export type {
  FakeResource,
  FakeSessionOptions,
  LoginChanges,
  Scenario,
  ScenarioChanges,
} from './options.ts'
export { type ProblemMembers, problem } from './problem.ts'
export type { SeenRequest, SeenRoute } from './seen.ts'
export {
  type FakeServer,
  type FakeSetUp,
  type FakeWorker,
  type RunnerHooks,
  type SetUpOptions,
  setUpFakeSession,
  type UnhandledRequests,
} from './set-up-fake-session.ts'
