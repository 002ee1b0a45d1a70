import type { CookieOptions } from '../options.ts'

/** Names of the three kinds of cookie. */
export interface CookieNames {
  /** Strict: the credential. */
  readonly session: string
  /** Lax: the public sid, no authority. */
  readonly hint: string
  /** Lax: followed by the transaction's id. */
  readonly transactionPrefix: string
}

/**
 * `__Host-Http-` is understood by current Chromium; every other browser reads it as `__Host-`,
 * which holds the cookie to this host, Path=/ and Secure all the same (RFC 6265bis, section 4.1.3).
 */
export const nameCookies = ({ name, security }: Required<CookieOptions>): CookieNames => {
  const session = security === 'host-http' ? `__Host-Http-${name}` : name
  return { session, hint: `${session}-hint`, transactionPrefix: `${session}-tx-` }
}
