import { type AuthClient, isAuthError } from '@coatcheck/client'
import { type Device, endDevice, listDevices } from '@coatcheck/client/devices'
import { useState } from 'react'
import { nameOfDevice } from '../device-name.ts'
import { type Sentence, sentenceForError } from '../sentences.ts'
import type { DemoUser } from '../user.ts'

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

/** Ends a session; one that is over already counts as ended. */
const endOne = async (client: AuthClient<DemoUser>, device: Device): Promise<void> => {
  try {
    await endDevice(client, device)
  } catch (error) {
    if (!isAuthError(error, 'not_found')) throw error
  }
}

/** Asks for the list when told to, and again after every change. */
export const useDevices = (client: AuthClient<DemoUser>): DevicesState => {
  const [view, setView] = useState<DevicesView>({ kind: 'hidden' })
  const [sentence, setSentence] = useState<Sentence>()
  const [ending, setEnding] = useState<string>()

  const fail = (error: unknown): void => {
    setSentence(sentenceForError(error))
  }
  const list = async (told: Sentence | undefined): Promise<void> => {
    try {
      setView({ kind: 'shown', devices: await listDevices(client) })
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
        await endOne(client, device)
        await list({ tone: 'good', text: `${nameOfDevice(device)} is logged out.` })
      } catch (error) {
        fail(error)
      } finally {
        setEnding(undefined)
      }
    },
  }
}
