/** Error codes of RFC 6750, section 3.1. */
export type BearerError = 'invalid_request' | 'invalid_token' | 'insufficient_scope'

/** Parameters of a challenge, in the order they are written. */
export interface Challenge {
  readonly realm: string
  readonly error?: BearerError
  readonly description?: string
  /** Space-separated scope values that the resource needs. */
  readonly scope?: string
}

const notPrintable = /[^\x20-\x7e]/g
const special = /["\\]/g

/** A quoted-string (RFC 9110, section 5.6.4). Controls and non-ASCII are dropped, never sent. */
const quoted = (value: string): string =>
  `"${value.replace(notPrintable, '').replace(special, '\\$&')}"`

/** Value of `WWW-Authenticate` (RFC 6750, section 3). */
export const formatChallenge = ({ realm, error, description, scope }: Challenge): string => {
  const parameters = [`realm=${quoted(realm)}`]
  if (error !== undefined) parameters.push(`error=${quoted(error)}`)
  if (description !== undefined) parameters.push(`error_description=${quoted(description)}`)
  if (scope !== undefined) parameters.push(`scope=${quoted(scope)}`)
  return `Bearer ${parameters.join(', ')}`
}
