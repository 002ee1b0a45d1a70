import * as oidc from 'openid-client'
import type { Discovered } from './discover.ts'
import { classifyErrorCode, type ProviderFailure } from './failure.ts'
import { parseTokenAnswer, type TokenAnswerFields } from './token-answer.ts'

export interface RefreshRequest {
  readonly refreshToken: string
  readonly audience: string | undefined
  /** Narrower than granted; left out for all of it. */
  readonly scope: string | undefined
  /** Asked at the last moment; `false` withholds the request. */
  readonly maySend: () => boolean
}

/** What the provider made of a refresh token. */
export type RefreshAnswer =
  | {
      readonly kind: 'answered'
      readonly fields: TokenAnswerFields
      /** The answer broke the protocol: keep its refresh token, use nothing else of it. */
      readonly isUsable: boolean
    }
  /** Not sent: the right to send it was lost on the way. */
  | { readonly kind: 'withheld' }
  /** `invalid_grant`: the refresh token is dead. */
  | { readonly kind: 'rejected' }
  | ({ readonly kind: 'failed'; readonly cause?: unknown } & ProviderFailure)

interface RawAnswer {
  readonly status: number
  readonly retryAfter: string | null
  readonly body: unknown
}

const parseBody = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const retryAfterSeconds = (value: string | null): { retryAfterSeconds?: number } => {
  const seconds = Number(value ?? Number.NaN)
  return seconds >= 0 && value !== ''
    ? { retryAfterSeconds: Math.min(Math.ceil(seconds), 3600) }
    : {}
}

const errorOf = (body: unknown): string | undefined => {
  const error = (body as { error?: unknown } | undefined | null)?.error
  return typeof error === 'string' ? error : undefined
}

/** Judges an answer that is not a success, by its raw status and body alone. */
const classifyRaw = ({ status, retryAfter, body }: RawAnswer): RefreshAnswer => {
  const error = errorOf(body)
  const isClientError = status >= 400 && status < 500 && status !== 429
  if (isClientError && error === 'invalid_grant') return { kind: 'rejected' }
  if (isClientError && error !== undefined) {
    return { kind: 'failed', code: classifyErrorCode(error), ...retryAfterSeconds(retryAfter) }
  }
  if (status === 401) return { kind: 'failed', code: 'provider_rejected_client' }
  return { kind: 'failed', code: 'provider_unavailable', ...retryAfterSeconds(retryAfter) }
}

/**
 * Sends one refresh request (RFC 6749, section 6). The raw answer is kept aside before the library
 * looks at it: once the provider has rotated, no later fault may cost the new refresh token. An
 * unknown outcome (time-out, reset) is not sent again.
 */
export const requestRefresh = async (
  discovered: Discovered,
  { refreshToken, audience, scope, maySend }: RefreshRequest,
): Promise<RefreshAnswer> => {
  let raw: RawAnswer | undefined
  let isWithheld = false
  const configuration = discovered.refresh(async (url, init) => {
    isWithheld = !maySend()
    if (isWithheld) throw new Error('The lease was lost.')
    const response = await discovered.fetch(url, init)
    const text = await response.text()
    const { status, headers } = response
    raw = { status, retryAfter: headers.get('retry-after'), body: parseBody(text) }
    return new Response(text === '' ? null : text, { status, headers })
  })
  const parameters = new URLSearchParams()
  if (audience !== undefined) parameters.set('resource', audience)
  if (scope !== undefined) parameters.set('scope', scope)
  const verdict = await oidc.refreshTokenGrant(configuration, refreshToken, parameters).then(
    (response) => ({ isUsable: response.token_type === 'bearer', cause: undefined }),
    (cause: unknown) => ({ isUsable: false, cause }),
  )
  if (isWithheld) return { kind: 'withheld' }
  if (raw === undefined) {
    return { kind: 'failed', code: 'provider_unavailable', cause: verdict.cause }
  }
  const fields = raw.status === 200 ? parseTokenAnswer(raw.body) : undefined
  return fields === undefined
    ? classifyRaw(raw)
    : { kind: 'answered', fields, isUsable: verdict.isUsable }
}
