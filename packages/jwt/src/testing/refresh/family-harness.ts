import { createMemoryStore, type Store } from '@coatcheck/store'
import { createDenyList, type DenyList } from '../../deny-list.ts'
import {
  createRefreshTokens,
  type RefreshTokens,
} from '../../refresh-tokens/create-refresh-tokens.ts'
import type {
  IssuedPair,
  IssueOutcome,
  RefreshEvent,
  RotateOutcome,
} from '../../refresh-tokens/outcomes.ts'
import type { MakeAccessToken } from '../../refresh-tokens/refresh-grant.ts'
import type { RefreshTokensOptions } from '../../refresh-tokens/refresh-options.ts'
import type { JwtClaims } from '../../token/claims.ts'

const issuer = 'https://issuer.example'
export const client = 'web'
export const subject = 'user-42'

export interface FamilyHarness {
  readonly store: Store
  readonly refreshTokens: RefreshTokens
  readonly denyList: DenyList
  readonly events: readonly RefreshEvent[]
  /** Makes access tokens that are plain counted texts, living five minutes. */
  readonly makeAccessToken: MakeAccessToken
  readonly now: () => number
  advance(seconds: number): void
  /** A login. */
  issue(input?: Partial<Parameters<RefreshTokens['issue']>[0]>): Promise<IssuedPair>
  /** A refresh by the right client. */
  rotate(
    token: string,
    input?: Partial<Parameters<RefreshTokens['rotate']>[0]>,
  ): Promise<RotateOutcome>
  /** As `rotate`, where it must succeed. */
  next(token: string): Promise<IssuedPair>
  /** Whether the deny list refuses an access token of `makeAccessToken`. */
  isDenied(pair: IssuedPair): Promise<boolean>
}

/** The pair of an outcome that must hold one. */
export const pairOf = (outcome: IssueOutcome | RotateOutcome): IssuedPair => {
  if (outcome.kind === 'refused') throw new Error(`refused: ${outcome.reason}`)
  return outcome
}

/** What an outcome says, in one word. */
export const verdictOf = (outcome: RotateOutcome): string =>
  outcome.kind === 'refused' ? outcome.reason : outcome.kind

export const startAt = 1_800_000_000_000

/** Refresh tokens on a memory store with a clock that stands still until it is moved. */
export const createFamilyHarness = (options: Partial<RefreshTokensOptions> = {}): FamilyHarness => {
  let time = startAt
  let made = 0
  const now = () => time
  const store = options.store ?? createMemoryStore({ now })
  const denyList = options.denyList ?? createDenyList({ store, now })
  const events: RefreshEvent[] = []
  const onEvent = (event: RefreshEvent) => events.push(event)
  const refreshTokens = createRefreshTokens({ store, denyList, now, onEvent, ...options })
  const makeAccessToken: MakeAccessToken = async ({ scope }) => {
    made += 1
    const expiresAt = Math.floor(time / 1000) + 300
    return { token: `access ${made} ${scope.join(' ')}`, issuer, jwtId: `jti-${made}`, expiresAt }
  }
  const rotate: FamilyHarness['rotate'] = (token, input = {}) =>
    refreshTokens.rotate({ token, clientId: client, makeAccessToken, ...input })
  return {
    store,
    refreshTokens,
    denyList,
    events,
    makeAccessToken,
    now,
    advance: (seconds) => {
      time += seconds * 1000
    },
    issue: async (input = {}) =>
      pairOf(
        await refreshTokens.issue({
          subject,
          clientId: client,
          scope: 'orders:read orders:write',
          makeAccessToken,
          ...input,
        }),
      ),
    rotate,
    next: async (token) => pairOf(await rotate(token)),
    isDenied: async ({ accessToken }) => {
      const claims = { iss: issuer, jti: accessToken?.jwtId, sub: 'nobody', iat: time / 1000 }
      return denyList.check(claims as unknown as JwtClaims).then(
        () => false,
        () => true,
      )
    },
  }
}
