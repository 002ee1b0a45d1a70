import { stringifySetCookie } from 'cookie'
import type { Context } from 'koa'
import type { ResolvedOptions } from '../resolve-options.ts'

export interface CookieToSet {
  readonly name: string
  readonly value: string
  readonly sameSite: 'strict' | 'lax'
  /** Left out: the cookie is gone when the browser closes. 0 deletes it. */
  readonly maxAgeSeconds: number | undefined
}

/** Appends one cookie: HttpOnly, Secure (but for the loopback opt-out), Path=/, no Domain. */
export const setCookie = (
  options: Pick<ResolvedOptions, 'cookie'>,
  ctx: Context,
  { name, value, sameSite, maxAgeSeconds }: CookieToSet,
): void => {
  const line = stringifySetCookie({
    name,
    value,
    path: '/',
    httpOnly: true,
    secure: options.cookie.security === 'host-http',
    sameSite,
    ...(maxAgeSeconds !== undefined && { maxAge: maxAgeSeconds }),
  })
  ctx.append('Set-Cookie', line)
}

/** Takes back cookies that were set in this very answer. */
export const withdrawCookies = (ctx: Context, names: readonly string[]): void => {
  const lines = [ctx.response.get('Set-Cookie')].flat()
  const kept = lines.filter((line) => !names.some((name) => line.startsWith(`${name}=`)))
  ctx.remove('Set-Cookie')
  if (kept.length > 0) ctx.set('Set-Cookie', kept)
}
