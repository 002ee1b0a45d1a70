import { proofLeewaySeconds } from '../defaults.ts'
import { decodeToBytes, isBase64url } from '../token/base64url.ts'
import { encodeBytes } from '../token/encode-base64url.ts'

/** What a nonce is worth: an ageing one is good, and its client should be told the next. */
export type NonceVerdict = 'fresh' | 'ageing' | 'refused'

/** Makes and judges nonces (RFC 9449, section 9) without remembering any. */
export interface Nonces {
  make(): Promise<string>
  judge(nonce: unknown): Promise<NonceVerdict>
}

/** Options of {@link createNonces}, resolved. */
export interface NonceRules {
  /** HMAC secrets; the first makes, all judge. */
  readonly secrets: readonly Uint8Array<ArrayBuffer>[]
  readonly lifetimeSeconds: number
  /** What the nonces are for, so that one of another API with the same secret is refused. */
  readonly publicUrl: string
  readonly nowSeconds: () => number
}

const parameters = { name: 'HMAC', hash: 'SHA-256' } as const

const nonceForm = /^(\d{1,12})\.([A-Za-z0-9_-]{43})$/

/**
 * Nonces are the second they were made in and an HMAC over it: every process that has the secret
 * knows them all, and a client can make none in advance.
 */
export const createNonces = (rules: NonceRules): Nonces => {
  const { secrets, lifetimeSeconds, publicUrl, nowSeconds } = rules
  const keys = secrets.map(
    (secret) => () => crypto.subtle.importKey('raw', secret, parameters, false, ['sign', 'verify']),
  )

  const contentOf = (second: string): Uint8Array<ArrayBuffer> =>
    new TextEncoder().encode(JSON.stringify(['dpop-nonce', publicUrl, second]))

  const isGenuine = async (second: string, mac: string): Promise<boolean> => {
    for (const load of keys) {
      const isMatch = await crypto.subtle.verify(
        'HMAC',
        await load(),
        decodeToBytes(mac),
        contentOf(second),
      )
      if (isMatch) return true
    }
    return false
  }

  const make = async (): Promise<string> => {
    const second = String(Math.floor(nowSeconds()))
    const [load] = keys
    if (load === undefined) throw new TypeError('There is no secret.')
    const mac = await crypto.subtle.sign('HMAC', await load(), contentOf(second))
    return `${second}.${encodeBytes(new Uint8Array(mac))}`
  }

  const judge = async (nonce: unknown): Promise<NonceVerdict> => {
    const [, second = '', mac = ''] = typeof nonce === 'string' ? (nonceForm.exec(nonce) ?? []) : []
    if (mac === '' || !isBase64url(mac)) return 'refused'
    const age = nowSeconds() - Number(second)
    // Another process's clock may run a little ahead.
    const isInTime = age <= lifetimeSeconds && age >= -proofLeewaySeconds
    if (!isInTime) return 'refused'
    if (!(await isGenuine(second, mac))) return 'refused'
    return age > lifetimeSeconds / 2 ? 'ageing' : 'fresh'
  }

  return { make, judge }
}
