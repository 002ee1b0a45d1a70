import type { Endpoint } from './endpoints.ts'

/** Which requests a fault applies to, and how often. */
export interface FaultTarget {
  /** Default `token`. */
  readonly endpoint?: Endpoint
  /** Only token requests with this `grant_type`. Default: all of them. */
  readonly grantType?: string
  /** How many requests it applies to before it is used up. Default: until `clear`. */
  readonly times?: number
}

/** What happens to a request instead of, before, or after its processing. */
export type FaultEffect =
  /** Processed, but only after `ms` milliseconds. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Not processed: this status with a line of plain text, as an overloaded proxy answers. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterSeconds?: number }
  /** Not processed: 429 with `Retry-After` (RFC 6585 §4). Without a number the header is missing. */
  | { readonly kind: '429'; readonly retryAfterSeconds?: number }
  /** Not processed: a page of HTML, as a proxy's error page. Default status 502. */
  | { readonly kind: 'html'; readonly status?: number }
  /** Not processed: an OAuth error body (RFC 6749 §5.2). Default status 400. */
  | {
      readonly kind: 'error'
      readonly error: string
      readonly errorDescription?: string
      readonly status?: number
    }
  /** Not processed: the connection is reset. */
  | { readonly kind: 'drop-before' }
  /** Really processed (a refresh token is rotated), then the connection is reset unanswered. */
  | { readonly kind: 'drop-after-processing' }

/** A fault to inject. */
export type Fault = FaultTarget & FaultEffect

/** The faults in force. */
export interface Faults {
  /**
   * Replaces all faults in force. Of several, each request meets the first that applies and is not
   * used up, so a list is a sequence: `[{ kind: 'status', status: 503, times: 1 }, { kind: '429' }]`.
   *
   * @throws DevIdpError `option_unknown`, `option_invalid`
   */
  set(faults: Fault | readonly Fault[]): void
  /** Back to normal. */
  clear(): void
}

/** {@link Faults} with the provider's side of it. */
export interface FaultPlan extends Faults {
  /** The fault this request meets, counted as used. */
  take(endpoint: Endpoint, grantType?: string): FaultEffect | undefined
}

interface Planned {
  readonly fault: Fault
  left: number
}

const applies = ({ fault, left }: Planned, endpoint: Endpoint, grantType: string | undefined) =>
  left > 0 &&
  (fault.endpoint ?? 'token') === endpoint &&
  (fault.grantType === undefined || fault.grantType === grantType)

export const createFaultPlan = (check: (fault: Fault) => void): FaultPlan => {
  let planned: readonly Planned[] = []
  return {
    set: (faults) => {
      const list = Array.isArray(faults) ? (faults as readonly Fault[]) : [faults as Fault]
      for (const fault of list) check(fault)
      planned = list.map((fault) => ({ fault, left: fault.times ?? Number.POSITIVE_INFINITY }))
    },
    clear: () => {
      planned = []
    },
    take: (endpoint, grantType) => {
      const found = planned.find((entry) => applies(entry, endpoint, grantType))
      if (found === undefined) return undefined
      found.left -= 1
      return found.fault
    },
  }
}
