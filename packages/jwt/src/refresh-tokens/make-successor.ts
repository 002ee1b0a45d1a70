import { JwtError } from '../errors.ts'
import { rememberAccessToken } from './access-tokens.ts'
import type { StoredFamily } from './families.ts'
import type { FamilyRotation, LiveFamily } from './family-record.ts'
import type { IssuedPair, RotateOutcome } from './outcomes.ts'
import type { RefreshContext } from './refresh-context.ts'
import type { FamilyAccessToken, MakeAccessToken } from './refresh-grant.ts'
import { hashToken, makeToken, type PresentedToken } from './refresh-token.ts'
import { openSuccessor, type Successor, sealSuccessor } from './successor.ts'

/** What a client asks for with a refresh token, checked against the grant. */
export interface Asked {
  readonly scope: readonly string[]
  readonly resource: readonly string[]
  readonly makeAccessToken: MakeAccessToken | undefined
}

/** One use of a good token. */
export interface Use {
  readonly stored: StoredFamily<LiveFamily>
  readonly presented: PresentedToken
  readonly asked: Asked
}

/** Idle time runs from each use that changes something; the absolute end never moves. */
const expiryOf = ({ now, idleMs }: RefreshContext, { grant }: LiveFamily): number =>
  Math.min(Math.floor(now()) + idleMs, grant.expiresAt)

const makeAccessToken = async ({ stored, asked }: Use): Promise<FamilyAccessToken | undefined> => {
  const { scope, resource } = asked
  return asked.makeAccessToken?.({ grant: stored.record.grant, scope, resource })
}

const successorOf = (
  { now }: RefreshContext,
  { asked: { scope, resource } }: Use,
  token: string,
  accessToken: FamilyAccessToken | undefined,
): Successor => ({
  token,
  scope,
  resource,
  madeAt: now() / 1000,
  ...(accessToken === undefined ? {} : { accessToken }),
})

const pairOf = ({ stored }: Use, { madeAt: _, ...successor }: Successor): IssuedPair => ({
  ...successor,
  grant: stored.record.grant,
})

/**
 * Makes the successor of the current token and stores it before anyone sees it. Resolves to
 * `undefined` for whoever loses the compare-and-set: what it made is forgotten, never handed out.
 */
export const makeSuccessor = async (
  context: RefreshContext,
  use: Use,
  rotation: Omit<FamilyRotation, 'child'>,
): Promise<RotateOutcome | undefined> => {
  const { stored, presented } = use
  const family = stored.record
  const names = { familyId: family.grant.familyId, macKey: family.macKey }
  const token = await makeToken(names, context.randomBytes)
  const accessToken = await makeAccessToken(use)
  const successor = successorOf(context, use, token, accessToken)
  const child = {
    hash: await hashToken(token),
    sealed: await sealSuccessor(presented, successor),
  }
  const next: LiveFamily = {
    ...family,
    rotation: { ...rotation, child },
    accessTokens: rememberAccessToken(family.accessTokens, accessToken, context.now()),
  }
  const version = await context.families.replace(stored, next, expiryOf(context, family))
  return version === undefined ? undefined : { kind: 'rotated', ...pairOf(use, successor) }
}

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((value) => other.includes(value))

/** Good for this use: for the same scope and APIs, and with half its life ahead. */
const isStillGood = (
  { now }: RefreshContext,
  { asked }: Use,
  { scope, resource, accessToken, madeAt }: Successor,
): boolean => {
  if (asked.makeAccessToken === undefined) return true
  if (accessToken === undefined) return false
  const isFresh = accessToken.expiresAt - now() / 1000 >= (accessToken.expiresAt - madeAt) / 2
  return isFresh && isSame(scope, asked.scope) && isSame(resource, asked.resource)
}

/** Which sealed pair answers a repeated use. */
export type Branch = 'child' | 'former'

/**
 * Answers a repeated use with the successor that is there: mostly by reading alone. Only where its
 * access token is of no use any more another one is made, stored first like every pair.
 */
export const repeatSuccessor = async (
  context: RefreshContext,
  use: Use,
  branch: Branch,
): Promise<RotateOutcome | undefined> => {
  const { stored, presented, asked } = use
  const family = stored.record
  const answered = family.rotation[branch]
  if (answered === undefined) {
    throw new JwtError('store_unavailable', 'The store holds a record that was not written here.')
  }
  const held = await openSuccessor(presented, answered.sealed)
  if (isStillGood(context, use, held)) {
    const { accessToken: _, ...bare } = held
    return { kind: 'repeated', ...pairOf(use, asked.makeAccessToken === undefined ? bare : held) }
  }
  const accessToken = await makeAccessToken(use)
  const successor = successorOf(context, use, held.token, accessToken)
  const sealed = await sealSuccessor(presented, successor)
  const next: LiveFamily = {
    ...family,
    rotation: { ...family.rotation, [branch]: { ...answered, sealed } },
    accessTokens: rememberAccessToken(family.accessTokens, accessToken, context.now()),
  }
  const version = await context.families.replace(stored, next, expiryOf(context, family))
  return version === undefined ? undefined : { kind: 'repeated', ...pairOf(use, successor) }
}
