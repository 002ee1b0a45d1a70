import type { Algorithm } from '../algorithms.ts'
import type { VerificationKeys } from '../keys/key-source.ts'
import { readKeys } from '../keys/key-source.ts'
import { decodeToBytes } from '../token/base64url.ts'
import { checkHeader } from '../token/header.ts'
import { parseStrictJson } from '../token/json.ts'
import { verifySignature } from '../token/signature.ts'
import { splitCompact } from '../token/split-compact.ts'

type Json = Readonly<Record<string, unknown>>

/**
 * Takes a JWS through the verifier's own steps: text, header, key, signature. Published vectors are
 * no JWTs, so claims and `typ` are left out of it, and a `kid` that neither has is made up.
 */
export const verifyJws = async (
  jws: string,
  key: Json,
  algorithms: readonly Algorithm[],
): Promise<void> => {
  const [header, payload, signature] = splitCompact(jws)
  const json = parseStrictJson(Buffer.from(header, 'base64url').toString())
  if (!json.ok) throw new Error(json.reason)
  const raw = json.value as Json
  const kid = String(raw.kid ?? key.kid ?? 'none')
  const keys = Array.isArray(key.keys) ? key : { ...key, kid: key.kid ?? kid }
  const checked = checkHeader({ ...raw, kid }, algorithms)
  const found = await readKeys(keys as unknown as VerificationKeys, algorithms)(checked.kid)
  if (found === undefined) throw new Error('no key')
  const token = {
    signingInput: new TextEncoder().encode(`${header}.${payload}`),
    signature: decodeToBytes(signature),
    header: checked,
    claims: {},
  }
  await verifySignature(token, checked.alg, found)
}
