import { isRecord } from '../token/json.ts'
import type { Jwk } from './jwk.ts'
import { hasPrivateMember } from './jwk.ts'

/** A JSON Web Key Set (RFC 7517, section 5) of public keys. */
export interface JwkSet {
  readonly keys: readonly Jwk[]
  readonly [member: string]: unknown
}

/** Outcome of {@link readJwkSet}; a refusal says why in fixed words. */
export type JwkSetVerdict =
  | { readonly ok: true; readonly keys: readonly Jwk[] }
  | { readonly ok: false; readonly reason: string }

const refused = (reason: string): JwkSetVerdict => ({ ok: false, reason })

/**
 * Judges a set as a whole. What would make the choice of a key ambiguous, or shows that a secret
 * was published, condemns all of it; keys for other purposes are for others to read.
 */
export const readJwkSet = (value: unknown): JwkSetVerdict => {
  if (!isRecord(value) || !Array.isArray(value.keys)) {
    return refused('it is not an object with a list of keys')
  }
  const entries: readonly unknown[] = [...value.keys]
  const kids = new Set<unknown>()
  for (const entry of entries) {
    if (!isRecord(entry)) return refused('one of its keys is not an object')
    if (entry.kty === 'oct' || hasPrivateMember(entry)) {
      return refused('one of its keys is secret, and sets hold public keys only')
    }
    if (entry.kid === undefined) continue
    if (typeof entry.kid !== 'string') return refused('one of its keys has a kid that is no text')
    if (kids.has(entry.kid)) return refused('two of its keys have the same kid')
    kids.add(entry.kid)
  }
  return { ok: true, keys: entries as readonly Jwk[] }
}
