export type { CountedGrantType, CounterName, Counts } from './counters.ts'
export type { DevIdp } from './create-dev-idp.ts'
export { createDevIdp } from './create-dev-idp.ts'
export type { Endpoint } from './endpoints.ts'
export type { DevIdpErrorCode } from './errors.ts'
export { DevIdpError } from './errors.ts'
export type { Fault, FaultEffect, Faults, FaultTarget } from './faults.ts'
export type {
  ClientAuthMethod,
  DevIdpClaims,
  DevIdpClient,
  DevIdpLifetimes,
  DevIdpLogEntry,
  DevIdpOptions,
  DevIdpResource,
  DevIdpUser,
  SigningAlgorithm,
} from './options.ts'
export type { EndedSessions } from './sessions.ts'
export type { GrantFilter } from './storage.ts'
