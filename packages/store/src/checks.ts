import { maximumKeyLength } from './defaults.ts'
import { StoreError } from './errors.ts'
import type { Value } from './port.ts'

/** Half a character: databases replace it silently, so the text read would not be the one written. */
const loneSurrogate = /\p{Surrogate}/u

/** Refuses a key or channel name that not every adapter could hold. */
export const checkKey = (key: string): void => {
  if (key.length === 0 || key.length > maximumKeyLength || loneSurrogate.test(key)) {
    throw new StoreError(
      'store_misused',
      `A key or channel name is well-formed text of 1 to ${maximumKeyLength} characters.`,
    )
  }
}

/** Refuses an expiry that is no instant; `NaN` would otherwise pass for "long ago". */
export const checkExpiry = (expiresAt: number): void => {
  if (!Number.isSafeInteger(expiresAt)) {
    throw new StoreError('store_misused', 'expiresAt is in whole epoch milliseconds.')
  }
}

/** Refuses a text that would not come back as it was written. */
export const checkText = (text: string): void => {
  if (loneSurrogate.test(text)) {
    throw new StoreError('store_misused', 'A value or message is well-formed Unicode text.')
  }
}

/** Refuses a value that would not come back as it was written. */
export const checkValue = (next: Value): void => {
  checkText(next.value)
  checkExpiry(next.expiresAt)
}
