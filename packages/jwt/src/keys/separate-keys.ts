import type { CryptoKey } from 'jose'
import { keyNeedOf } from '../algorithms.ts'
import { misconfigured } from '../options.ts'
import { decodeToBytes, isBase64url } from '../token/base64url.ts'
import { encodeBytes } from '../token/encode-base64url.ts'
import { isRecord } from '../token/json.ts'
import type { Jwk } from './jwk.ts'
import type { SigningKey } from './signing-key.ts'
import { calculateThumbprint } from './thumbprint.ts'

/** A key by any of the forms it is configured in; text is the secret's own UTF-8. */
export type KeyInUse = SigningKey | Jwk | Uint8Array | string

/** What equal keys have in common and no others, whether they can be exported or not. */
type Mark = (key: KeyInUse) => Promise<readonly string[]>

const probe = 'coatcheck: are these the same key?'

const hashes = ['SHA-256', 'SHA-384', 'SHA-512'] as const

const macOf = async (hash: string, key: CryptoKey): Promise<string> => {
  const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(probe))
  return `${hash} ${encodeBytes(new Uint8Array(mac))}`
}

const markOctets = async (octets: Uint8Array<ArrayBuffer>): Promise<readonly string[]> => {
  if (octets.length === 0) throw misconfigured('A key to compare is empty.')
  const marks = hashes.map(async (hash) => {
    const parameters = { name: 'HMAC', hash }
    const key = await crypto.subtle.importKey('raw', octets, parameters, false, ['sign'])
    return macOf(hash, key)
  })
  return Promise.all(marks)
}

/** A text may be the secret itself or its base64url, as the sealing keys are written. */
const markText = async (text: string): Promise<readonly string[]> => {
  const forms = [new TextEncoder().encode(text)]
  if (isBase64url(text)) forms.push(decodeToBytes(text))
  return (await Promise.all(forms.map(markOctets))).flat()
}

const markRecord: Mark = async (key) => {
  const jwk = 'kty' in (key as Jwk) ? (key as Jwk) : (key as SigningKey).publicJwk
  if (jwk?.kty === 'oct') return markText(String(jwk.k))
  if (jwk !== undefined) return [await calculateThumbprint(jwk)]
  const { alg, key: secret } = key as SigningKey
  const need = keyNeedOf(alg)
  return [await macOf(need.kty === 'oct' ? need.hash : '', secret)]
}

const markKey: Mark = async (key) => {
  if (key instanceof Uint8Array) return markOctets(key.slice())
  if (typeof key === 'string') return markText(key)
  if (isRecord(key)) return markRecord(key as SigningKey | Jwk)
  throw misconfigured('Keys to compare must be signing keys, JWKs, octets or text.')
}

/**
 * Refuses one key in two roles: what signs tokens must not also protect cookies, seal records or
 * authenticate the client, because a flaw in one use would then break the other (RFC 8725,
 * section 3.5; NIST SP 800-57 part 1, section 5.2). Keys that cannot be exported are compared too.
 *
 * @example
 * ```ts
 * await requireSeparateKeys({ 'token key': signingKey, 'sealing key': sealingKey })
 * ```
 *
 * @throws JwtError `configuration_invalid` that names the two roles, never the key
 */
export const requireSeparateKeys = async (
  keys: Readonly<Record<string, KeyInUse | readonly KeyInUse[]>>,
): Promise<void> => {
  const roles = new Map<string, string>()
  for (const [role, given] of Object.entries(keys)) {
    for (const key of Array.isArray(given) ? (given as readonly KeyInUse[]) : [given as KeyInUse]) {
      for (const mark of await markKey(key)) {
        const other = roles.get(mark)
        if (other !== undefined && other !== role) {
          throw misconfigured(`${other} and ${role} are the same key. Give each role its own.`)
        }
        roles.set(mark, role)
      }
    }
  }
}
