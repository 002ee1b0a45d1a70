import { createSign, generateKeyPairSync, KeyObject, randomUUID } from 'node:crypto'
import type { BrowserResponse } from './browser.ts'
import type { Harness } from './harness.ts'

type Json = Readonly<Record<string, unknown>>

export const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'

/** A logout token in the making: any part may be replaced by a text of its own. */
export interface TokenParts {
  readonly header?: Json | string
  readonly claims?: Json | string | Uint8Array
  readonly key?: KeyObject
  /** Replaces the signature. */
  readonly signature?: string
}

const encode = (part: Json | string | Uint8Array) => {
  const isReady = typeof part === 'string' || part instanceof Uint8Array
  return Buffer.from(isReady ? part : JSON.stringify(part)).toString('base64url')
}

export const standardHeader: Json = { alg: 'RS256', kid: 'signing', typ: 'logout+jwt' }

/** Claims of a logout token by the book, without `sub` and `sid`; each has its own `jti`. */
export const logoutClaims = ({ provider, now }: Harness): Json => {
  const seconds = Math.floor(now() / 1000)
  return {
    iss: provider.issuer,
    aud: provider.clientId,
    iat: seconds,
    exp: seconds + 120,
    jti: randomUUID(),
    events: { [logoutEvent]: {} },
  }
}

/** Signs what it is given, however wrong it may be. */
export const makeToken = (harness: Harness, parts: TokenParts): string => {
  const key = parts.key ?? KeyObject.from(harness.provider.signingKey)
  const signed = `${encode(parts.header ?? standardHeader)}.${encode(parts.claims ?? {})}`
  const signature = createSign('sha256').update(signed).sign(key, 'base64url')
  return `${signed}.${parts.signature ?? signature}`
}

/** A key that is not the provider's. */
export const foreignKey = (): KeyObject =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey

export const form: Readonly<Record<string, string>> = {
  'content-type': 'application/x-www-form-urlencoded',
}

/** Sends a logout token as the provider's server does: no cookie, no header of ours. */
export const sendLogoutToken = (harness: Harness, token: string): Promise<BrowserResponse> =>
  harness.newBrowser().send('/bff/backchannel-logout', {
    method: 'POST',
    headers: form,
    body: new URLSearchParams({ logout_token: token }).toString(),
  })
