import type { Store } from '@coatcheck/store'
import * as defaults from '../defaults.ts'
import type { DenyList } from '../deny-list.ts'
import { misconfigured, readFunction, readNumber, requireKnownOptions } from '../options.ts'
import { createFamilies } from './families.ts'
import { guardStore } from './guarded-store.ts'
import type { RefreshEvent } from './outcomes.ts'
import type { RefreshContext } from './refresh-context.ts'
import { createSubjectIndex } from './subject-index.ts'

/** Options of `createRefreshTokens`. */
export interface RefreshTokensOptions {
  /** Where families are kept; every process that shares it works with the same ones. */
  readonly store: Store
  /**
   * Seconds after which a family that nobody uses is gone. Default 28800 (8 hours). Each refresh
   * starts them anew.
   */
  readonly idleSeconds?: number
  /**
   * Seconds after which a family is gone whatever happens, counted from `issue`. Default 1209600
   * (14 days). No refresh moves this end (RFC 10017, section 6.3.2).
   */
  readonly absoluteSeconds?: number
  /**
   * Seconds for which a parent is answered with the same successor after that successor was used:
   * 0 to 300, default 30. Shorter, and a slow parallel request of an honest client ends its
   * family; longer, and so much longer a stolen parent works.
   */
  readonly graceSeconds?: number
  /**
   * Denies the access tokens of a family that is revoked. Default none: they live until they
   * expire.
   */
  readonly denyList?: DenyList
  /**
   * Hears what an operator wants to know: families that ended before their time, clients that
   * bring another's token. Called synchronously; what it throws is dropped, for a broken log must
   * not keep a stolen token alive. Default nothing.
   */
  readonly onEvent?: (event: RefreshEvent) => void
  /** Clock in epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number
  /** Cryptographically random octets. Default the platform's. */
  readonly randomBytes?: (length: number) => Uint8Array
}

const optionNames = [
  'store',
  'idleSeconds',
  'absoluteSeconds',
  'graceSeconds',
  'denyList',
  'onEvent',
  'now',
  'randomBytes',
] as const

const readMs = (
  value: number | undefined,
  fallback: number,
  range: Parameters<typeof readNumber>[2],
): number => Math.round(readNumber(value, fallback, range) * 1000)

const readLimits = (options: RefreshTokensOptions) => {
  const long = { from: 1, to: defaults.refreshCeilingSeconds }
  const { idleSeconds, absoluteSeconds, graceSeconds } = options
  return {
    idleMs: readMs(idleSeconds, defaults.refreshIdleSeconds, { name: 'idleSeconds', ...long }),
    absoluteMs: readMs(absoluteSeconds, defaults.refreshAbsoluteSeconds, {
      name: 'absoluteSeconds',
      ...long,
    }),
    graceMs: readMs(graceSeconds, defaults.refreshGraceSeconds, {
      name: 'graceSeconds',
      from: 0,
      to: defaults.maximumRefreshGraceSeconds,
    }),
  }
}

/** An event listener that cannot stop a revocation. */
const shield =
  (onEvent: (event: RefreshEvent) => void) =>
  (event: RefreshEvent): void => {
    try {
      onEvent(event)
    } catch {
      // As documented: the log's own failure is the log's to report.
    }
  }

/** Reads the options. @throws JwtError `configuration_invalid` */
export const resolveRefreshTokens = (options: RefreshTokensOptions): RefreshContext => {
  requireKnownOptions(options, optionNames, 'createRefreshTokens')
  if (typeof options.store?.swap !== 'function') {
    throw misconfigured('createRefreshTokens needs a store, such as createMemoryStore().')
  }
  if (options.denyList !== undefined && typeof options.denyList?.denyToken !== 'function') {
    throw misconfigured('denyList must be a deny list, such as createDenyList({ store }).')
  }
  const store = guardStore(options.store)
  const now = readFunction(options.now, Date.now, 'now')
  const randomBytes = readFunction(options.randomBytes, defaults.randomBytes, 'randomBytes')
  return {
    families: createFamilies(store),
    index: createSubjectIndex({ store, now, randomBytes }),
    denyList: options.denyList,
    onEvent: shield(readFunction(options.onEvent, () => undefined, 'onEvent')),
    now,
    randomBytes,
    ...readLimits(options),
  }
}
