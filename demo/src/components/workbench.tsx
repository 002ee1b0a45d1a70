import type { AuthState } from '@coatcheck/client'
import { type ReactElement, useMemo } from 'react'
import { createApi } from '../api/create-api.ts'
import type { Demo } from '../demo.ts'
import type { DemoUser } from '../user.ts'
import { Account } from './account.tsx'
import { Actions } from './actions.tsx'
import { TokenCountdown } from './token-countdown.tsx'

interface WorkbenchProps {
  readonly demo: Demo
  readonly state: Extract<AuthState<DemoUser>, { status: 'authenticated' }>
}

/** What someone who is logged in sees. */
export const Workbench = ({ demo, state }: WorkbenchProps): ReactElement => {
  const { client, config, tokenLife } = demo
  const api = useMemo(
    () => createApi({ origin: config.apiOrigin, fetch: client.fetch }),
    [config, client],
  )
  return (
    <>
      <div className="pair">
        <Account state={state} />
        <TokenCountdown tokenLife={tokenLife} />
      </div>
      <Actions api={api} />
    </>
  )
}
