import type { Device } from '@coatcheck/client/devices'

/** What to call a device, as far as it could be told. */
export const nameOfDevice = ({
  browser = 'Unknown browser',
  platform,
}: Pick<Device, 'browser' | 'platform'>): string =>
  platform === undefined ? browser : `${browser} on ${platform}`
