import type { AuthClient } from '@coatcheck/client'
import type { Device } from '@coatcheck/client/devices'
import { type ReactElement, useRef } from 'react'
import type { DemoUser } from '../user.ts'
import { DeviceItem } from './device-item.tsx'
import { type DevicesView, useDevices } from './use-devices.ts'

interface DevicesPanelProps {
  readonly client: AuthClient<DemoUser>
  /** Ends the session of this page, everywhere it is known. */
  readonly onLogOut: () => void
}

const buttonNames: Readonly<Record<DevicesView['kind'], string>> = {
  hidden: 'Show my devices',
  loading: 'Asking…',
  shown: 'Refresh',
  failed: 'Try again',
}

const remarkOn = (view: DevicesView): string | undefined => {
  switch (view.kind) {
    case 'hidden':
      return 'Every browser you are logged in with, and a way to end its session from here.'
    case 'loading':
      return 'Asking the BFF for your sessions…'
    case 'failed':
      return undefined
    case 'shown':
      return view.devices.length > 1
        ? 'An ended session gets no further token. The one it holds runs out by itself.'
        : 'You are logged in nowhere else. Log in with another browser or in a private window, then refresh.'
  }
}

/**
 * The user's sessions. Asked for by a press and not when the page loads: a reload costs one request,
 * and the timeline is there to show that.
 */
export const DevicesPanel = ({ client, onLogOut }: DevicesPanelProps): ReactElement => {
  const { view, sentence, ending, load, end } = useDevices(client)
  const loadButton = useRef<HTMLButtonElement>(null)

  const endOther = async (device: Device): Promise<void> => {
    await end(device)
    // The button that had the focus is gone with its device.
    loadButton.current?.focus()
  }
  return (
    <section className="card" aria-labelledby="devices-title" aria-busy={view.kind === 'loading'}>
      <div className="card-head">
        <h2 className="label" id="devices-title">
          My devices
        </h2>
        <button
          type="button"
          className="button small"
          ref={loadButton}
          onClick={() => void load()}
          aria-disabled={view.kind === 'loading'}
        >
          {buttonNames[view.kind]}
        </button>
      </div>
      {view.kind === 'shown' && (
        <ul className="devices" aria-labelledby="devices-title">
          {view.devices.map((device) => (
            <DeviceItem
              key={device.sid}
              device={device}
              isEnding={device.sid === ending}
              onEnd={device.current ? onLogOut : () => void endOther(device)}
            />
          ))}
        </ul>
      )}
      <output className="devices-sentence" aria-label="Devices" data-tone={sentence?.tone}>
        {sentence?.text}
      </output>
      {remarkOn(view) !== undefined && <p className="fine devices-remark">{remarkOn(view)}</p>}
    </section>
  )
}
