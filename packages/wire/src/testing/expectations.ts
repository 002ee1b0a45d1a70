import { csrfHeader, csrfHeaderValue, problemMediaType } from '../headers.ts'
import { type ProblemCode, problemKinds } from '../problem.ts'
import type { SessionEndReason } from '../session.ts'
import { address, count, type ExpectedBody, optional, sid, text } from './matchers.ts'
import { type TableCall, type TableExpectation, tableUser } from './stage.ts'

const csrf = { [csrfHeader]: csrfHeaderValue }

export const get = (path: string): TableCall => ({ method: 'GET', path, headers: csrf })

export const del = (path: string): TableCall => ({ method: 'DELETE', path, headers: csrf })

export const post = (path: string, body: unknown = {}): TableCall => ({
  method: 'POST',
  path,
  headers: { ...csrf, 'content-type': 'application/json' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

const json = (body: ExpectedBody): TableExpectation => ({
  status: 200,
  mediaType: 'application/json',
  body,
})

export const refusal = (
  code: ProblemCode,
  members: ExpectedBody = {},
  headers: Readonly<Record<string, string>> = {},
): TableExpectation => {
  const { status, retry, title } = problemKinds[code]
  return {
    status,
    mediaType: problemMediaType,
    headers,
    body: {
      type: `urn:coatcheck:problem:${code}`,
      title,
      status,
      code,
      retry,
      detail: optional(text),
      correlationId: text,
      ...members,
    },
  }
}

export const anonymous = (reason?: SessionEndReason): TableExpectation =>
  json(reason === undefined ? { authenticated: false } : { authenticated: false, reason })

/** A 401 that tells why there is no session any more. */
export const ended = (reason: SessionEndReason): TableExpectation =>
  refusal(reason === 'expired' ? 'session_expired' : 'session_revoked', { reason })

const tokenBody = (resource: string, expiresIn: number | typeof count): ExpectedBody => ({
  access_token: text,
  token_type: 'Bearer',
  expires_in: expiresIn,
  scope: text,
  resource,
})

/** What is known of a token before it is there. */
interface TokenFacts {
  readonly expiresIn?: number
  readonly scope?: string
  readonly token?: 'same' | 'other'
}

/** The token of the named resource. */
export const tokenOf = (
  resource: string,
  { expiresIn, scope, token }: TokenFacts = {},
): TableExpectation => ({
  ...json({
    ...tokenBody(resource, expiresIn ?? count),
    ...(scope !== undefined && { scope }),
  }),
  ...(token !== undefined && { token }),
})

/** Somebody is logged in, with that much left of the idle limit. */
export const authenticated = ({
  idle,
  resource,
  token,
}: {
  readonly idle?: number
  readonly resource?: string
  readonly token?: 'same' | 'other'
} = {}): TableExpectation => ({
  ...json({
    authenticated: true,
    user: { ...tableUser },
    session: {
      sid,
      expiresInSeconds: count,
      idleExpiresInSeconds: idle ?? count,
      authTime: optional(count),
      acr: optional(text),
    },
    ...(resource !== undefined && { token: tokenBody(resource, count) }),
  }),
  ...(token !== undefined && { token }),
})

export const loggedOut: TableExpectation = json({ logoutUrl: address })

export const done: TableExpectation = json({})

export const device = (current: boolean, own: typeof sid | string = sid): ExpectedBody => ({
  sid: own,
  createdAt: count,
  lastSeenAt: count,
  browser: optional(text),
  platform: optional(text),
  current,
})

export const devices = (...sessions: readonly ExpectedBody[]): TableExpectation =>
  json({ sessions })
