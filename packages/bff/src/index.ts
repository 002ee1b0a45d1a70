export { type Bff, createBff } from './create-bff.ts'
export { BffError, type BffErrorCode } from './errors.ts'
export type { Log, LogFields } from './log.ts'
export type {
  BffOptions,
  ClientAuthMethod,
  CookieOptions,
  LogoutOptions,
  ProviderOptions,
  ResourceOptions,
  SessionOptions,
  SiteDataKind,
} from './options.ts'
export type { SessionFilter } from './sessions/end-sessions-of.ts'
