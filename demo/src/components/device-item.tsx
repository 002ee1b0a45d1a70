import type { Device } from '@coatcheck/client/devices'
import { type ReactElement, useId } from 'react'
import { nameOfDevice } from '../device-name.ts'
import { formatAgo, formatInstant } from '../format.ts'

interface DeviceItemProps {
  readonly device: Device
  readonly isEnding: boolean
  readonly onEnd: () => void
}

const labelOf = ({ current }: Device, isEnding: boolean): string => {
  if (isEnding) return 'Ending…'
  return current ? 'Log out here' : 'End this session'
}

/** One device: its name, since when and until when it was used, and the way to end it. */
export const DeviceItem = ({ device, isEnding, onEnd }: DeviceItemProps): ReactElement => {
  const name = useId()
  return (
    <li className="device">
      <div className="device-facts">
        <p className="device-name">
          <span id={name}>{nameOfDevice(device)}</span>
          {device.current && <span className="chip">This device</span>}
        </p>
        <p className="fine">
          Last seen {formatAgo(device.lastSeenAt * 1000)}, logged in{' '}
          <span className="device-since">{formatInstant(device.createdAt * 1000)}</span>
        </p>
      </div>
      <button
        type="button"
        className="button small"
        aria-describedby={name}
        disabled={isEnding}
        onClick={onEnd}
      >
        {labelOf(device, isEnding)}
      </button>
    </li>
  )
}
