import { createHmac } from 'node:crypto'
import type { Target } from '../lib/load.ts'
import { type Login, tokenBody } from './login.ts'
import { sidOf } from './population.ts'

/** A signature as `cookies` makes it for Koa (keygrip: HMAC-SHA-1, base64url). */
const sign = (text: string, key: string): string =>
  createHmac('sha1', key).update(text).digest('base64url')

const cookiesOfBff = ({ cookieName, secret }: Login, sid: string): string =>
  `${cookieName}=${sid}.${secret}; ${cookieName}-hint=${sid}`

const cookiesOfKoaSession = (sid: string, signingKey: string): string => {
  const cookie = `koa.sess=${sid}`
  return `${cookie}; koa.sess.sig=${sign(cookie, signingKey)}`
}

export interface TargetOptions {
  readonly port: number
  readonly login: Login
  /** The sessions that are asked for. */
  readonly sids: readonly string[]
}

const targetOf = (
  { port, login, sids }: TargetOptions,
  cookies: (sid: string) => string,
): Target => ({
  url: `http://127.0.0.1:${port}`,
  requests: sids.map((sid) => ({
    method: 'POST',
    path: '/bff/token',
    headers: { ...login.headers, cookie: cookies(sid) },
    body: tokenBody,
  })),
})

export const bffTarget = (options: TargetOptions): Target =>
  targetOf(options, (sid) => cookiesOfBff(options.login, sid))

export const koaSessionTarget = (options: TargetOptions, signingKey: string): Target =>
  targetOf(options, (sid) => cookiesOfKoaSession(sid, signingKey))

export const bareTarget = (options: TargetOptions): Target =>
  targetOf(options, (sid) => `sid=${sid}`)

/** Sids of a population, spread evenly over it. */
export const sidsOf = (sessions: number, every: number): readonly string[] =>
  Array.from({ length: Math.ceil(sessions / every) }, (_, index) => sidOf(index * every))
