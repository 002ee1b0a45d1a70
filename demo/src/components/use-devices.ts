import { AuthError } from '@coatcheck/client'
import { useState } from 'react'
import type { Device, Devices } from '../api/create-devices.ts'
import { nameOfDevice } from '../device-name.ts'
import { type Sentence, sentenceForError } from '../sentences.ts'

/** How far the list is. */
export type DevicesView =
  | { readonly kind: 'hidden' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'shown'; readonly devices: readonly Device[] }
  | { readonly kind: 'failed' }

/** The list, what was said last, and what can be done. */
export interface DevicesState {
  readonly view: DevicesView
  /** What became of the last press. */
  readonly sentence: Sentence | undefined
  /** The session that is being ended. */
  readonly ending: string | undefined
  readonly load: () => Promise<void>
  readonly end: (device: Device) => Promise<void>
}

interface UseDevicesOptions {
  readonly devices: Devices
  /** The BFF says that this very session is over. */
  readonly onLoggedOut: () => void
}

const isLoggedOut = (error: unknown): boolean =>
  error instanceof AuthError && error.retry === 'login'

/** Asks for the list when told to, and again after every change. */
export const useDevices = ({ devices, onLoggedOut }: UseDevicesOptions): DevicesState => {
  const [view, setView] = useState<DevicesView>({ kind: 'hidden' })
  const [sentence, setSentence] = useState<Sentence>()
  const [ending, setEnding] = useState<string>()

  const fail = (error: unknown): void => {
    if (isLoggedOut(error)) onLoggedOut()
    setSentence(sentenceForError(error))
  }
  const list = async (told: Sentence | undefined): Promise<void> => {
    try {
      setView({ kind: 'shown', devices: await devices.list() })
      setSentence(told)
    } catch (error) {
      // A list that is no longer known to be right is not shown.
      setView({ kind: 'failed' })
      fail(error)
    }
  }
  return {
    view,
    sentence,
    ending,
    load: async () => {
      if (view.kind === 'loading') return
      if (view.kind !== 'shown') setView({ kind: 'loading' })
      setSentence(undefined)
      await list(undefined)
    },
    end: async (device) => {
      setSentence(undefined)
      setEnding(device.sid)
      try {
        await devices.end(device.sid)
        await list({ tone: 'good', text: `${nameOfDevice(device)} is logged out.` })
      } catch (error) {
        fail(error)
      } finally {
        setEnding(undefined)
      }
    },
  }
}
