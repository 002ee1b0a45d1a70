export type { Device, DevicesAnswer } from './devices.ts'
export type { SessionEvent, SessionEventName } from './events.ts'
export { csrfHeader, csrfHeaderValue, problemMediaType } from './headers.ts'
export type { LogoutAnswer, LogoutRequest } from './logout.ts'
export type { PopupMessage } from './popup.ts'
export { channelPrefix } from './popup.ts'
export type { LoginOutcome, Problem, ProblemCode, Retry } from './problem.ts'
export { problemKinds } from './problem.ts'
export { maximumReturnToLength, parseReturnTo } from './return-to.ts'
export { defaultBasePath, loginErrorParameter, routes } from './routes.ts'
export type {
  SessionAnswer,
  SessionEndReason,
  SessionInfo,
  TokenProblem,
  UserClaims,
} from './session.ts'
export type { TokenAnswer, TokenRequest } from './token.ts'
