/**
 * The static header every fetch-class request carries. A page of another origin cannot send it
 * without a CORS preflight, which the BFF never answers (RFC 10017, section 6.1.3.3.2).
 */
export const csrfHeader = 'x-csrf'

/** The only accepted value of {@link csrfHeader}. */
export const csrfHeaderValue = '1'

/** Media type of every error body (RFC 9457, section 3). */
export const problemMediaType = 'application/problem+json'
