import { confirmOnUse } from '../rotation/confirm-on-use.ts'
import { aboutFamily, endFamily, settleDenials } from './end-family.ts'
import type { StoredFamily } from './families.ts'
import type { FamilyRotation, LiveFamily } from './family-record.ts'
import { type Asked, makeSuccessor, repeatSuccessor, type Use } from './make-successor.ts'
import { narrow, readResource, readScope, type Values } from './narrow.ts'
import type { RefreshRefusal, RotateOutcome } from './outcomes.ts'
import type { RefreshContext } from './refresh-context.ts'
import type { MakeAccessToken, RefreshGrant } from './refresh-grant.ts'
import { isAuthentic, type PresentedToken, parseToken } from './refresh-token.ts'

/** One use of a refresh token (RFC 6749, section 6). */
export interface RotateInput {
  /** The refresh token as the client sent it. */
  readonly token: string
  /** The client that sent it: authenticated, or for a public client as it named itself. */
  readonly clientId: string
  /** Scope of the access token, where the client wants less than was granted. */
  readonly scope?: string | readonly string[]
  /** APIs of the access token, where the client wants fewer than were granted (RFC 8707). */
  readonly resource?: string | readonly string[]
  /** Thumbprint of the key of the request's verified DPoP proof, where there is one. */
  readonly jkt?: string
  /** Makes the access token of the pair. Default none. */
  readonly makeAccessToken?: MakeAccessToken
}

const refused = (reason: RefreshRefusal): RotateOutcome => ({ kind: 'refused', reason })

const readAsked = (grant: RefreshGrant, input: RotateInput): Asked | RefreshRefusal => {
  const ask = (
    granted: readonly string[],
    read: (values: Values) => readonly string[] | undefined,
    values: Values,
  ) => narrow(granted, read(values))
  const scope = ask(grant.scope, readScope, input.scope)
  if (scope === undefined) return 'scope_exceeded'
  const resource = ask(grant.resource, readResource, input.resource)
  if (resource === undefined) return 'resource_exceeded'
  return { scope, resource, makeAccessToken: input.makeAccessToken }
}

/** Whom the token is bound to (RFC 9700, section 4.14.2; RFC 9449, section 5). */
const findOtherOwner = (
  { onEvent }: RefreshContext,
  { grant }: LiveFamily,
  { clientId, jkt }: RotateInput,
): RefreshRefusal | undefined => {
  if (grant.clientId !== clientId) {
    onEvent({ type: 'client_mismatch', ...aboutFamily({ grant }) })
    return 'client_mismatch'
  }
  return grant.jkt !== undefined && grant.jkt !== jkt ? 'key_mismatch' : undefined
}

const endReused = async (context: RefreshContext, family: LiveFamily): Promise<RotateOutcome> => {
  const about = aboutFamily(family)
  const end = await endFamily(context, about.familyId, 'reused')
  if (end !== 'ended') return refused('revoked')
  await context.index.leave(about.subject, [about.familyId])
  return refused('reused')
}

/** The first use of the child: its parent is answered with the same pair until the grace ends. */
const confirm = (
  next: Omit<FamilyRotation, 'child' | 'former'> & {
    readonly former?: Omit<NonNullable<FamilyRotation['former']>, 'sealed'>
  },
  { child }: FamilyRotation,
): Omit<FamilyRotation, 'child'> => {
  const { former, ...current } = next
  if (former === undefined || child === undefined) return current
  return { ...current, former: { ...former, sealed: child.sealed } }
}

/** Resolves to `undefined` when another process was faster: look again. */
const useOnce = async (
  context: RefreshContext,
  stored: StoredFamily<LiveFamily>,
  presented: PresentedToken,
  input: RotateInput,
): Promise<RotateOutcome | undefined> => {
  const family = stored.record
  const owned = { hash: presented.hash, isAuthentic: await isAuthentic(presented, family.macKey) }
  // A refresh token is replaced at every use, also by a process whose clock is behind.
  const limits = { now: context.now(), rotateAfterMs: -Infinity, graceMs: context.graceMs }
  const decision = confirmOnUse(family.rotation, owned, limits)
  if (decision.kind === 'unknown') return refused('unknown')
  const otherOwner = findOtherOwner(context, family, input)
  if (otherOwner !== undefined) return refused(otherOwner)
  if (decision.kind === 'replayed' || decision.kind === 'former-late') {
    return endReused(context, family)
  }
  const asked = readAsked(family.grant, input)
  if (typeof asked === 'string') return refused(asked)
  const use: Use = { stored, presented, asked }
  switch (decision.kind) {
    case 'current':
    case 'issue-child':
      return makeSuccessor(context, use, family.rotation)
    case 'confirmed':
      return makeSuccessor(context, use, confirm(decision.next, family.rotation))
    case 'repeat-child':
      return repeatSuccessor(context, use, 'child')
    case 'former':
      return repeatSuccessor(context, use, 'former')
  }
}

/**
 * Answers one use of a refresh token with its successor (RFC 9700, section 4.14.2), by
 * `confirmOnUse`:
 *
 * | the client brings | what happens |
 * |---|---|
 * | the newest token | a successor is made, stored, handed out |
 * | a token whose successor was not used yet | the same successor again: answers get lost, and tabs ask in parallel |
 * | the successor | confirmed by that use; its parent is answered with the same pair for the grace |
 * | the parent after the grace, or any older token | reuse: the family ends, its access tokens are denied |
 * | a token of another client or key | refused; nothing ends |
 */
export const rotate = async (
  context: RefreshContext,
  input: RotateInput,
): Promise<RotateOutcome> => {
  const presented = await parseToken(input.token)
  if (presented === undefined) return refused('unknown')
  for (;;) {
    const stored = await context.families.read(presented.familyId)
    if (stored === undefined) return refused('unknown')
    const { record, version, expiresAt } = stored
    if (record.kind === 'ended') {
      await settleDenials(context, stored)
      return refused('revoked')
    }
    if (Math.min(expiresAt, record.grant.expiresAt) <= context.now()) return refused('expired')
    const outcome = await useOnce(context, { record, version, expiresAt }, presented, input)
    if (outcome !== undefined) return outcome
  }
}
