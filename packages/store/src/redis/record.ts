import { StoreError } from '../errors.ts'
import type { Entry } from '../port.ts'
import { versionLength } from '../versions.ts'

/** Digits of an expiry, enough for every safe integer. */
export const expiryLength = 16

/** What stands before the value: the expiry, then the version, each of fixed length. */
export const headLength: number = expiryLength + versionLength

const head = new RegExp(`^(\\d{${expiryLength}})([\\w-]{${versionLength}})`)

/** An expiry as it stands in a record; one before 1970 is as long ago as 1970. */
export const toExpiry = (expiresAt: number): string =>
  String(Math.max(0, expiresAt)).padStart(expiryLength, '0')

/** The entry of a reply, unless it is expired. */
export const parseRecord = (reply: unknown, now: number): Entry | undefined => {
  if (reply === null || reply === undefined) return undefined
  const record = String(reply)
  const [, expiry, version] = head.exec(record) ?? []
  if (expiry === undefined || version === undefined) {
    const message = 'A key under the prefix holds something the store has not written.'
    throw new StoreError('store_unavailable', message)
  }
  const expiresAt = Number(expiry)
  if (expiresAt <= now) return undefined
  return { value: record.slice(headLength), version, expiresAt }
}
