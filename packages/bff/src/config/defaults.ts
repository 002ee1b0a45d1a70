/** Defaults of the standalone server with their reasons. */
export const serverDefaults = {
  /** Nothing is reachable from outside before somebody decided so. */
  host: '127.0.0.1',
  port: 3000,
  operatorsPort: 3001,
  /** Durable, and needs no other server. */
  sqlitePath: 'coatcheck.sqlite',
  /** Where Vite puts files that carry a hash in their name. */
  immutablePath: '/assets/',
  /** One year and all subdomains, as OWASP ASVS 5.0 asks (3.4.1). */
  strictTransportSecurity: 'max-age=31536000; includeSubDomains',
  /** The provider may take 8 s for a renewal; orchestrators kill after 30. */
  shutdownSeconds: 15,
  logLevel: 'info',
} as const

/**
 * The policy of the app's own pages: everything from its own origin, nothing inline, nothing framed.
 * Who calls an API elsewhere adds its origin to `connect-src`.
 */
export const defaultContentSecurityPolicy: Readonly<Record<string, readonly string[]>> = {
  'default-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'object-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
}
