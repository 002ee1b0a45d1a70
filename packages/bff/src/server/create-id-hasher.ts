import { createHmac, hkdfSync } from 'node:crypto'

/** Turns an id into one that can be followed through a log and nowhere else. */
export type HashId = (id: string) => string

/**
 * A keyed hash, since addresses and subjects are few enough to try them all. Its key comes from the
 * first sealing key: the same in every process, another one after a rotation.
 */
export const createIdHasher = ([sealingKey = '']: readonly string[]): HashId => {
  const secret = Buffer.from(sealingKey, 'base64url')
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'coatcheck log ids', 32))
  return (id) => createHmac('sha256', key).update(id).digest('base64url').slice(0, 16)
}
