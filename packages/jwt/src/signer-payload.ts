import { JwtError } from './errors.ts'
import type { SignInput } from './signer-claims.ts'
import type { JwtClaims } from './token/claims.ts'
import { parseStrictJson } from './token/json.ts'

const refused = (message: string): JwtError => new JwtError('signing_refused', message)

const toJson = (claims: JwtClaims, further: SignInput['claims']): string => {
  try {
    return JSON.stringify({ ...claims, ...further })
  } catch {
    throw refused('claims hold what JSON cannot carry.')
  }
}

const holdsName = (value: unknown, names: ReadonlySet<string>): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).some(
    ([name, member]) => names.has(name.toLowerCase()) || holdsName(member, names),
  )

/** The payload of a token and what a verifier will read in it. */
export interface Payload {
  readonly text: string
  readonly claims: JwtClaims
}

/**
 * Writes the claims as JSON that every verifier reads alike: well-formed text, bounded depth.
 *
 * @throws JwtError `signing_refused`
 */
export const writePayload = (
  claims: JwtClaims,
  further: SignInput['claims'],
  sensitive: ReadonlySet<string>,
): Payload => {
  const text = toJson(claims, further)
  const json = parseStrictJson(text)
  if (!json.ok) throw refused(`The claims are refused: ${json.reason}.`)
  if (sensitive.size > 0 && holdsName(json.value, sensitive)) {
    throw refused('claims hold a name that sensitiveClaims lists.')
  }
  return { text, claims: json.value as JwtClaims }
}
