import { StoreError } from '@coatcheck/store'
import type { LoginOutcome, ProblemCode, SessionEndReason } from '@coatcheck/wire'

/** Codes of {@link BffError}. */
export type BffErrorCode = 'configuration_invalid'

/** Thrown when the BFF cannot start; its message names each option and the way to mend it. */
export class BffError extends Error {
  readonly code: BffErrorCode

  constructor(code: BffErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'BffError'
    this.code = code
  }
}

/** Whether the session store could not be reached; whatever was asked of it may be asked again. */
export const isStoreOutage = (failure: unknown): boolean =>
  failure instanceof StoreError && failure.code === 'store_unavailable'

/** What a problem body says beyond its code. */
export interface ProblemDetails {
  /** Names the member or parameter at fault, never its value. */
  readonly detail?: string
  readonly reason?: SessionEndReason
  readonly retryAfterSeconds?: number
  readonly cause?: unknown
}

/** Ends a request with a problem body (RFC 9457). Never leaves the package. */
export class RequestProblem extends Error {
  readonly code: ProblemCode | LoginOutcome
  readonly details: ProblemDetails

  constructor(code: ProblemCode | LoginOutcome, details: ProblemDetails = {}) {
    super(code, { cause: details.cause })
    this.name = 'RequestProblem'
    this.code = code
    this.details = details
  }
}
