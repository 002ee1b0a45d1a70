import type { AuthState } from '@coatcheck/client'
import { type ReactElement, useMemo } from 'react'
import { createApi } from '../api/create-api.ts'
import type { Demo } from '../demo.ts'
import type { DemoUser } from '../user.ts'
import { Account } from './account.tsx'
import { Actions } from './actions.tsx'
import { DevicesPanel } from './devices-panel.tsx'
import { TokenCountdown } from './token-countdown.tsx'

interface WorkbenchProps {
  readonly demo: Demo
  readonly state: Extract<AuthState<DemoUser>, { status: 'authenticated' }>
  readonly onLogOut: () => void
}

/** What someone who is logged in sees. */
export const Workbench = ({ demo, state, onLogOut }: WorkbenchProps): ReactElement => {
  const { client, config, tokenLife } = demo
  const api = useMemo(() => createApi({ origin: config.apiOrigin, client }), [config, client])
  return (
    <>
      <div className="pair">
        <Account state={state} />
        <TokenCountdown tokenLife={tokenLife} />
      </div>
      <Actions api={api} />
      <DevicesPanel client={client} onLogOut={onLogOut} />
    </>
  )
}
