import { expect, test } from 'vitest'
import { nameOfDevice } from './device-name.ts'

test.each([
  [{ browser: 'Safari', platform: 'iOS' }, 'Safari on iOS'],
  [{ browser: 'Firefox' }, 'Firefox'],
  [{ platform: 'Linux' }, 'Unknown browser on Linux'],
  [{}, 'Unknown browser'],
])('%j is named by what is known of it', (device, name) => {
  expect(nameOfDevice(device)).toBe(name)
})
