export { authenticate } from './authenticate.ts'
export { authorize } from './authorize.ts'
export type { GuardHandler, GuardRequest, GuardResponse, Next } from './exchange.ts'
export { authOf } from './exchange.ts'
