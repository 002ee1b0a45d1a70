import type { Context } from './context.ts'
import { ensureToken, takeToken } from './token.ts'

/** Options of `getAccessToken`. */
export interface AccessTokenOptions {
  /** Name of the resource. Default: the first of the client's `resources`. */
  readonly resource?: string
  /**
   * Space-separated subset of the resource's scope. Default: all of it. The BFF keeps eight such
   * tokens for less per session; for a ninth it drops the one that expires first.
   */
  readonly scope?: string
  /** Life the token must have, in seconds, at most half of its life. Default: the client's. */
  readonly minValiditySeconds?: number
  /**
   * `false` for a token nobody uses yet: neither its renewal nor the ones ahead of its end count as
   * use of the session. Default `true`.
   */
  readonly slide?: boolean
  /** Ends the wait, not the renewal others wait for. */
  readonly signal?: AbortSignal
}

/** Hands a token to the app, renewed first where it would not live long enough. */
export const getAccessToken = async (
  context: Context,
  { resource = context.resources[0]?.name, scope, signal, ...renewal }: AccessTokenOptions = {},
): Promise<string> => {
  const wanted = { resource, scope }
  const era = await ensureToken(context, 'token', wanted, signal, renewal)
  return takeToken(context, era, wanted, renewal)
}
