import type { UserClaims } from '@coatcheck/wire'
import ky, { type KyInstance, type Options, type RetryOptions } from 'ky'
import type { AuthClient } from '../create-auth-client.ts'
import { AuthError } from '../errors.ts'
import { toAuthError } from './to-auth-error.ts'

/** Options of ky but `fetch`, which is the client's. */
export type HttpClientOptions = Omit<Options, 'fetch'>

/** Reads `retry: 2`, as ky does, and adds what it cannot know: which of our errors pass by. */
const withOurErrors = (retry: Options['retry']): RetryOptions => {
  const given: RetryOptions = typeof retry === 'number' ? { limit: retry } : (retry ?? {})
  return {
    ...given,
    shouldRetry: (state) =>
      state.error instanceof AuthError ? state.error.retry === 'later' : given.shouldRetry?.(state),
  }
}

/**
 * A ky whose transport is `client.fetch`: the token for listed origins, one renewal and one replay
 * on a 401. Idempotent calls are retried by ky's rules, and after errors that pass by (`retry:
 * 'later'`). Refusals that are about the login reject with `AuthError`: those of our API guards, of
 * the BFF, and challenges for a stronger login (`StepUpRequiredError`); an API's own errors stay
 * ky's `HTTPError`, with the body in `data`.
 *
 * @example
 * ```ts
 * const api = createHttpClient(client, { prefix: 'https://orders.example', timeout: 5000 })
 * const orders = await api.get('orders').json()
 * ```
 */
export const createHttpClient = <Claims extends object = UserClaims>(
  client: AuthClient<Claims>,
  { retry, hooks, ...options }: HttpClientOptions = {},
): KyInstance =>
  ky.create({
    ...options,
    fetch: client.fetch,
    retry: withOurErrors(retry),
    hooks: {
      ...hooks,
      beforeError: [({ error }) => toAuthError(error), ...(hooks?.beforeError ?? [])],
    },
  })
