import type { AuthClient, AuthState } from '@coatcheck/client'
import { useSyncExternalStore } from 'react'
import type { DemoUser } from '../user.ts'

/** The client's snapshot; the component renders anew when it changes. */
export const useAuthState = ({ subscribe, getState }: AuthClient<DemoUser>): AuthState<DemoUser> =>
  useSyncExternalStore(subscribe, getState)
