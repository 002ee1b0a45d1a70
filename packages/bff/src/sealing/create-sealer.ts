import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'

/** Seals text so that only this purpose and place can open it again. */
export interface Sealer {
  /** @param place what the sealed text belongs to; opening it anywhere else fails */
  seal(text: string, place: string): string
  /** Resolves to `undefined` for whatever was not sealed for this purpose and place. */
  open(sealed: string, place: string): string | undefined
  /**
   * The same text sealed with the first key; `undefined` when that is what sealed it, and for
   * whatever no key opens.
   */
  sealAnew(sealed: string, place: string): string | undefined
}

export interface SealerOptions {
  /** base64url, 32 bytes or more each; the first seals, all open. */
  readonly keys: readonly string[]
  /** Keys of different purposes are independent (RFC 5869). */
  readonly purpose: string
  readonly randomBytes: (size: number) => Uint8Array
}

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

const open = (key: KeyObject, bytes: Buffer, place: string): string | undefined => {
  try {
    const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes))
    decipher.setAAD(Buffer.from(place))
    decipher.setAuthTag(bytes.subarray(-tagBytes))
    const body = bytes.subarray(nonceBytes, -tagBytes)
    const text = decipher.update(body)
    // Holds back no byte in this mode; throws unless the tag is right.
    decipher.final()
    return text.toString('utf8')
  } catch {
    return undefined
  }
}

/** AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; output is base64url. */
export const createSealer = ({ keys, purpose, randomBytes }: SealerOptions): Sealer => {
  const derived = keys.map((key) =>
    createSecretKey(
      Buffer.from(
        hkdfSync('sha256', Buffer.from(key, 'base64url'), '', `coatcheck ${purpose}`, 32),
      ),
    ),
  )
  const [sealingKey] = derived
  if (sealingKey === undefined) throw new TypeError('A sealer needs a key.')

  const seal = (text: string, place: string) => {
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv(algorithm, sealingKey, nonce)
    cipher.setAAD(Buffer.from(place))
    const body = [cipher.update(text, 'utf8'), cipher.final()]
    return Buffer.concat([nonce, ...body, cipher.getAuthTag()]).toString('base64url')
  }

  const openWith = (keys: readonly KeyObject[], sealed: string, place: string) => {
    const bytes = Buffer.from(sealed, 'base64url')
    // One text for one value: the decoder alone would pass over what does not belong there.
    const isCanonical = bytes.toString('base64url') === sealed
    if (!isCanonical || bytes.length < nonceBytes + tagBytes) return undefined
    for (const key of keys) {
      const text = open(key, bytes, place)
      if (text !== undefined) return text
    }
    return undefined
  }

  return {
    seal,
    open: (sealed, place) => openWith(derived, sealed, place),
    sealAnew: (sealed, place) => {
      if (openWith([sealingKey], sealed, place) !== undefined) return undefined
      const text = openWith(derived.slice(1), sealed, place)
      return text === undefined ? undefined : seal(text, place)
    },
  }
}
