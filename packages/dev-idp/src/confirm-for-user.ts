import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { paths } from './endpoints.ts'
import { createRequest } from './messages.ts'

type Middleware = Parameters<Provider['use']>[0]

/** What oidc-provider keeps in the session between the question and the answer. */
interface PendingLogout {
  readonly secret: string
  readonly postLogoutRedirectUri?: string | undefined
}

const pendingLogout = (ctx: KoaContextWithOIDC): PendingLogout | undefined => {
  const state = ctx.oidc?.session?.state
  return typeof state?.secret === 'string' ? (state as unknown as PendingLogout) : undefined
}

/**
 * Whether oidc-provider answered with a page whose only purpose is to be submitted: a logout that
 * leads back to the app, a logout of nobody, or the change to another account during a login.
 */
const answersItself = (ctx: KoaContextWithOIDC, pending: PendingLogout): boolean => {
  if (ctx.status !== 200) return false
  if (ctx.oidc.route === 'end_session') {
    return pending.postLogoutRedirectUri !== undefined || ctx.oidc.session?.accountId === undefined
  }
  return ctx.oidc.route === 'resume' && pending.postLogoutRedirectUri === ctx.href
}

/**
 * Submits such a page for the user: a development provider has nothing to protect by asking, and
 * the journey then works without a script.
 */
export const createConfirmForUser = (
  provider: Provider,
  process: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Middleware => {
  return async (anyContext, next) => {
    await next()
    const ctx = anyContext as KoaContextWithOIDC
    const pending = pendingLogout(ctx)
    if (pending === undefined || !answersItself(ctx, pending)) return
    const { session } = ctx.oidc
    const body = Buffer.from(
      new URLSearchParams({ xsrf: pending.secret, logout: 'yes' }).toString(),
    )
    const request = createRequest({
      socket: ctx.req.socket,
      method: 'POST',
      url: paths.endSessionConfirm,
      headers: {
        host: ctx.host,
        cookie: `${provider.cookieName('session')}=${session?.jti}`,
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': String(body.length),
      },
      body,
    })
    ctx.respond = false
    await process(request, ctx.res)
  }
}
