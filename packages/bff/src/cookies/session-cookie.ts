import type { Context } from 'koa'
import type { BffContext } from '../bff-context.ts'
import type { ResolvedOptions } from '../resolve-options.ts'
import { readCookie } from './read-cookies.ts'
import { setCookie } from './set-cookie.ts'

/** What the session cookie carries: a public sid and the secret that gives it authority. */
export interface SessionCookie {
  readonly sid: string
  readonly secret: string
}

/** 128 bits of sid, 256 bits of secret with a MAC of 128 bits, base64url. */
const shape = /^([\w-]{22})\.([\w-]{64})$/
const sidShape = /^[\w-]{22}$/

/** A fresh sid (16 random bytes) and a secret for it. */
export const createSessionCookie = ({
  options,
  secrets,
}: Pick<BffContext, 'options' | 'secrets'>): SessionCookie => {
  const sid = Buffer.from(options.randomBytes(16)).toString('base64url')
  return { sid, secret: secrets.issue(sid) }
}

export const readSessionCookie = (
  options: Pick<ResolvedOptions, 'cookieNames'>,
  ctx: Context,
): SessionCookie | undefined => {
  const match = shape.exec(readCookie(ctx, options.cookieNames.session) ?? '')
  const [, sid, secret] = match ?? []
  return sid !== undefined && secret !== undefined ? { sid, secret } : undefined
}

/** The sid of the session this browser had; enough to end the one a login replaces, no more. */
export const readSessionHint = (
  options: Pick<ResolvedOptions, 'cookieNames'>,
  ctx: Context,
): string | undefined => {
  const value = readCookie(ctx, options.cookieNames.hint)
  return value !== undefined && sidShape.test(value) ? value : undefined
}

/** Sets the session cookie and its hint. */
export const setSessionCookie = (
  options: ResolvedOptions,
  ctx: Context,
  { sid, secret }: SessionCookie,
): void => {
  const names = options.cookieNames
  const isAbsolute = options.cookie.lifetime === 'absolute'
  const maxAgeSeconds = isAbsolute ? options.session.absoluteSeconds : undefined
  const value = `${sid}.${secret}`
  setCookie(options, ctx, { name: names.session, value, sameSite: 'strict', maxAgeSeconds })
  setCookie(options, ctx, { name: names.hint, value: sid, sameSite: 'lax', maxAgeSeconds })
}

/** The next secret of a session that the browser has the cookies of. */
export interface NextSecret {
  readonly cookie: SessionCookie
  /** The session's absolute limit, epoch milliseconds: the cookie lives no longer than before. */
  readonly expiresAt: number
}

/** Sets the session cookie anew; the hint names the same session as before. */
export const replaceSessionCookie = (
  options: ResolvedOptions,
  ctx: Context,
  { cookie: { sid, secret }, expiresAt }: NextSecret,
): void => {
  const name = options.cookieNames.session
  const value = `${sid}.${secret}`
  const leftSeconds = Math.max(1, Math.ceil((expiresAt - options.now()) / 1000))
  const maxAgeSeconds = options.cookie.lifetime === 'absolute' ? leftSeconds : undefined
  setCookie(options, ctx, { name, value, sameSite: 'strict', maxAgeSeconds })
}

/** Deletes the hint; the session cookie is deleted where the session ends. */
export const clearSessionHint = (options: ResolvedOptions, ctx: Context): void => {
  const { hint } = options.cookieNames
  setCookie(options, ctx, { name: hint, value: '', sameSite: 'lax', maxAgeSeconds: 0 })
}
