export type { AlreadyRead, FetchGuard, FetchOutcome } from './authenticate.ts'
export { authenticate } from './authenticate.ts'
export { authorize } from './authorize.ts'
