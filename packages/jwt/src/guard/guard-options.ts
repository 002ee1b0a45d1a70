import * as defaults from '../defaults.ts'
import { misconfigured } from '../options.ts'
import type { Refusal } from './refusal.ts'

/** Options that every guard has. */
export interface GuardOptions {
  /**
   * Realm of the challenge. Default `'api'`. Characters that a header cannot carry are dropped
   * (RFC 6750, section 3).
   */
  readonly realm?: string
  /** Called with every refusal, for the API's own log: `refusal.reason` is the precise code. */
  readonly onRefused?: (refusal: Refusal) => void
}

/** Reads {@link GuardOptions}. @throws JwtError `configuration_invalid` */
export const readGuardOptions = (options: GuardOptions): Required<GuardOptions> => {
  const { realm = defaults.realm, onRefused = () => {} } = options
  if (typeof realm !== 'string') throw misconfigured('realm must be a text.')
  if (typeof onRefused !== 'function') throw misconfigured('onRefused must be a function.')
  return { realm, onRefused }
}
