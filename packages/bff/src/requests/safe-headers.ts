/** The last three do not fall back to default-src (Content Security Policy 3, section 6). */
const contentSecurityPolicy =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** On every answer: never stored, never framed, nothing loaded, no referrer passed on. */
export const safeHeaders: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': contentSecurityPolicy,
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

/** What the answer depends on besides the path. */
export const varying = 'Sec-Fetch-Site, Origin'
