import { defaultContentSecurityPolicy } from '../config/defaults.ts'
import type { ServerConfig } from '../config/server-config.ts'
import { isLoopback } from '../is-loopback.ts'

type Headers = Readonly<Record<string, string>>

const contentSecurityPolicy = (own: Readonly<Record<string, readonly string[]>>): string =>
  Object.entries({ ...defaultContentSecurityPolicy, ...own })
    .filter(([, sources]) => sources.length > 0)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ')

/** On every file of the app. An SVG can be opened as a page, so the policy is not for HTML alone. */
export const fileHeaders = ({ headers }: Pick<ServerConfig, 'headers'>): Headers => ({
  'Content-Security-Policy': contentSecurityPolicy(headers.contentSecurityPolicy),
  'Cross-Origin-Resource-Policy': 'same-origin',
  // The app's own origin still sees where a request came from; the BFF can fall back on that.
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
})

/** On the app's HTML as well: a popup it opens for a login keeps its opener. */
export const pageHeaders: Headers = {
  'Cross-Origin-Opener-Policy': 'same-origin-allow-popups',
}

/**
 * On every answer of an app that lives on https (RFC 6797). Which that is, `publicUrl` decides and
 * never the request.
 */
export const transportHeaders = ({
  headers,
  bff,
}: Pick<ServerConfig, 'headers' | 'bff'>): Headers => {
  const { protocol, hostname } = new URL(bff.publicUrl)
  const value = headers.strictTransportSecurity
  if (protocol !== 'https:' || isLoopback(hostname) || value === 'off') return {}
  return { 'Strict-Transport-Security': value }
}
