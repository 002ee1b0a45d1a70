import { maximumGrantDataLength, maximumIdentifierLength, maximumUriLength } from '../defaults.ts'
import { misconfigured, requireKnownOptions } from '../options.ts'
import { encodeBytes } from '../token/encode-base64url.ts'
import { noAccessTokens, rememberAccessToken } from './access-tokens.ts'
import { endFamily } from './end-family.ts'
import type { LiveFamily } from './family-record.ts'
import { readResource, readScope } from './narrow.ts'
import type { IssueOutcome } from './outcomes.ts'
import type { RefreshContext } from './refresh-context.ts'
import type { MakeAccessToken, RefreshGrant } from './refresh-grant.ts'
import { familyIdBytes, hashToken, makeToken } from './refresh-token.ts'

/** What a new family is good for; the server's own decision, after a login. */
export interface IssueInput {
  /** The user. At most 255 characters. */
  readonly subject: string
  /** The client the tokens are bound to. */
  readonly clientId: string
  /** Scope granted, with blanks between or as a list. Default none. */
  readonly scope?: string | readonly string[]
  /** APIs granted (RFC 8707). Default none: the server's only one. */
  readonly resource?: string | readonly string[]
  /** Thumbprint of the DPoP key to bind the tokens to (RFC 9449, section 5). Default none. */
  readonly jkt?: string
  /**
   * What to remember of the login, for `makeAccessToken` at each refresh: plain JSON of at most
   * 4096 characters, stored in the clear. Default none.
   */
  readonly data?: Readonly<Record<string, unknown>>
  /** Makes the access token of the pair. Default none. */
  readonly makeAccessToken?: MakeAccessToken
}

const inputNames = [
  'subject',
  'clientId',
  'scope',
  'resource',
  'jkt',
  'data',
  'makeAccessToken',
] as const

const requireText = (value: unknown, name: string, maximumLength: number): void => {
  const isGood = typeof value === 'string' && value.trim() !== '' && value.length <= maximumLength
  if (!isGood) throw misconfigured(`${name} must be a non-empty text of bounded length.`)
}

const requireValues = (values: readonly string[] | undefined, name: string) => {
  if (values === undefined) throw misconfigured(`${name} holds what cannot be granted.`)
  return values
}

const readGrant = (
  input: IssueInput,
  names: Pick<RefreshGrant, 'familyId' | 'expiresAt'>,
): RefreshGrant => {
  requireKnownOptions(input, inputNames, 'issue')
  const { subject, clientId, jkt, data } = input
  requireText(subject, 'subject', maximumIdentifierLength)
  requireText(clientId, 'clientId', maximumUriLength)
  if (jkt !== undefined) requireText(jkt, 'jkt', maximumIdentifierLength)
  if (data !== undefined && JSON.stringify(data).length > maximumGrantDataLength) {
    throw misconfigured(`data must be no longer than ${maximumGrantDataLength} characters.`)
  }
  return {
    ...names,
    subject,
    clientId,
    scope: requireValues(readScope(input.scope), 'scope'),
    resource: requireValues(readResource(input.resource), 'resource'),
    ...(jkt === undefined ? {} : { jkt }),
    ...(data === undefined ? {} : { data: JSON.parse(JSON.stringify(data)) }),
  }
}

/**
 * Begins a family after a login.
 *
 * The subject's index is written first and looked at again last: a `revokeSubject` that overlooked
 * the family, because its record was not there yet, has begun another epoch by then. So no family
 * that anybody got a token of survives a revocation that came after it, and one that came in
 * between counts.
 */
export const issue = async (context: RefreshContext, input: IssueInput): Promise<IssueOutcome> => {
  const { families, index, now, randomBytes, idleMs, absoluteMs } = context
  const at = Math.floor(now())
  const familyId = encodeBytes(randomBytes(familyIdBytes))
  const grant = readGrant(input, { familyId, expiresAt: at + absoluteMs })
  const macKey = encodeBytes(randomBytes(32))
  const token = await makeToken({ familyId, macKey }, randomBytes)
  const { scope, resource, subject, expiresAt } = grant
  const accessToken = await input.makeAccessToken?.({ grant, scope, resource })
  const family: LiveFamily = {
    kind: 'live',
    grant,
    macKey,
    rotation: { currentHash: await hashToken(token), since: at },
    accessTokens: rememberAccessToken(noAccessTokens, accessToken, at),
  }
  const { epoch, displaced } = await index.enter(subject, { familyId, expiresAt })
  if (!(await families.create(family, Math.min(at + idleMs, expiresAt)))) {
    throw misconfigured('randomBytes gave the name of a family that exists.')
  }
  for (const oldest of displaced) await endFamily(context, oldest, 'displaced')
  if (!(await index.isCurrent(subject, epoch))) {
    await endFamily(context, familyId, 'subject')
    return { kind: 'refused', reason: 'revoked' }
  }
  const pair = { token, grant, scope, resource }
  return { kind: 'issued', ...pair, ...(accessToken === undefined ? {} : { accessToken }) }
}
