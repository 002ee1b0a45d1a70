import type { TokenAnswer } from '@coatcheck/wire'
import { hardWindowSeconds, rejectedRenewalsPerMinute } from './defaults.ts'
import type { FakeToken, World } from './world.ts'

/** Which token is asked for, and how much it has to be worth. */
export interface TokenQuestion {
  readonly resource: string
  readonly scope: string
  readonly minValiditySeconds: number
  readonly rejected: string | undefined
}

/** The fingerprint by which the BFF knows a refused token. */
const fingerprint = async (text: string): Promise<string> => {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return btoa(String.fromCharCode(...new Uint8Array(hash)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')
}

/**
 * Two parts where a JWT has three, and none of them is base64url of JSON: no verifier takes it for
 * a token. It holds nothing that a header could not carry.
 */
const makeToken = (world: World, { resource, scope }: TokenQuestion): FakeToken => {
  world.serial += 1
  const lifeMs = world.settings.tokenLifeSeconds * 1000
  const token: FakeToken = {
    text: `fake.${resource.replace(/\W/g, '_')}-${world.serial}`,
    resource,
    scope,
    lifeMs,
    expiresAt: world.clock.wall + lifeMs,
    isExpired: false,
  }
  world.issued.push(token)
  return token
}

/** Whether a refusal of that token leads to a renewal, which is noted where it does. */
const countsAsRefused = (world: World, key: string): boolean => {
  const { wall } = world.clock
  const recent = (world.rejections.get(key) ?? []).filter((at) => wall - at < 60_000)
  if (recent.length >= rejectedRenewalsPerMinute) return false
  world.rejections.set(key, [...recent, wall])
  return true
}

const isWorn = (
  { clock }: World,
  { expiresAt, lifeMs, isExpired }: FakeToken,
  { minValiditySeconds }: TokenQuestion,
): boolean => {
  const neededMs = Math.max(minValiditySeconds, hardWindowSeconds) * 1000
  return isExpired || expiresAt - clock.wall <= Math.min(neededMs, lifeMs / 2)
}

/** The stored token while it is good, a renewed one otherwise, by the rules of the BFF. */
export const obtainToken = async (
  world: World,
  by: string,
  question: TokenQuestion,
): Promise<TokenAnswer> => {
  const key = `${question.resource}\n${question.scope}`
  const known = world.current.get(key)
  const isMeant =
    known !== undefined &&
    question.rejected !== undefined &&
    question.rejected === (await fingerprint(known.text))
  // Once more: another call may have replaced it meanwhile, and its token serves this one too.
  const former = world.current.get(key)
  const isRefused = isMeant && former === known && countsAsRefused(world, key)
  const isDue = former && (isRefused || isWorn(world, former, question))
  const token = former && !isDue ? former : makeToken(world, question)
  if (former && isDue) {
    former.isExpired = true
    world.renewals.push(`${question.resource} (${question.scope}) by ${by}`)
  }
  world.current.set(key, token)
  return {
    access_token: token.text,
    token_type: 'Bearer',
    expires_in: Math.floor((token.expiresAt - world.clock.wall) / 1000),
    scope: token.scope,
    resource: token.resource,
  }
}
