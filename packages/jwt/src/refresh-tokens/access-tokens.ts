import { maximumAccessTokensOfFamily, maximumLeewaySeconds } from '../defaults.ts'
import type { DenyList } from '../deny-list.ts'
import type { LivingAccessTokens } from './family-record.ts'
import type { FamilyAccessToken } from './refresh-grant.ts'

/** No access token. */
export const noAccessTokens: LivingAccessTokens = { list: [] }

const isLiving = ({ expiresAt }: { readonly expiresAt: number }, nowMs: number): boolean =>
  (expiresAt + maximumLeewaySeconds) * 1000 > nowMs

/** Adds an access token and forgets the dead ones. The list is bounded; what falls out is noted. */
export const rememberAccessToken = (
  { list, others }: LivingAccessTokens,
  added: FamilyAccessToken | undefined,
  nowMs: number,
): LivingAccessTokens => {
  const living = list.filter((token) => isLiving(token, nowMs))
  if (added !== undefined) {
    const { issuer, jwtId, expiresAt } = added
    living.push({ issuer, jwtId, expiresAt })
  }
  living.sort((one, other) => one.expiresAt - other.expiresAt)
  const fallen = living.splice(0, Math.max(0, living.length - maximumAccessTokensOfFamily))
  const unlisted = [...fallen, ...(others === undefined ? [] : [others])]
  unlisted.sort((one, other) => one.expiresAt - other.expiresAt)
  const last = unlisted.at(-1)
  const noted = last && { issuer: last.issuer, expiresAt: last.expiresAt }
  return noted !== undefined && isLiving(noted, nowMs)
    ? { list: living, others: noted }
    : { list: living }
}

/** When the last of them is dead everywhere, epoch milliseconds; 0 without any. */
export const endOfAccessTokens = ({ list, others }: LivingAccessTokens): number =>
  [...list, ...(others === undefined ? [] : [others])].reduce(
    (latest, { expiresAt }) => Math.max(latest, (expiresAt + maximumLeewaySeconds) * 1000),
    0,
  )

/** Denies them all. Resolves to what made it fail, and `undefined` when all are denied. */
export const denyAccessTokens = async (
  denyList: DenyList,
  subject: string,
  { list, others }: LivingAccessTokens,
): Promise<{ readonly cause: unknown } | undefined> => {
  const denials = list.map((token) => denyList.denyToken(token))
  // More than are remembered one by one: the cut-off catches the rest, and the subject's other
  // sessions get new access tokens at their next refresh.
  if (others !== undefined) denials.push(denyList.denySubject({ issuer: others.issuer, subject }))
  const results = await Promise.allSettled(denials)
  const failed = results.find((result) => result.status === 'rejected')
  return failed === undefined ? undefined : { cause: failed.reason }
}
