export { authenticate } from './authenticate.ts'
export { authorize } from './authorize.ts'
export type { GuardContext, GuardMiddleware } from './context.ts'
