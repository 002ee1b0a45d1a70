import type { AuthClient } from '@coatcheck/client'
import type { ReactElement } from 'react'
import { type DemoUser, nameOf } from '../user.ts'
import { Mark } from './mark.tsx'
import { useAuthState } from './use-auth-state.ts'

interface PageHeaderProps {
  readonly client: AuthClient<DemoUser>
  readonly onLogOut: () => void
}

/** The name of the app, and the way out for who is logged in. */
export const PageHeader = ({ client, onLogOut }: PageHeaderProps): ReactElement => {
  const state = useAuthState(client)
  return (
    <header className="page-header">
      <p className="brand">
        <Mark />
        <span>
          Coatcheck <span className="brand-suffix">demo</span>
        </span>
      </p>
      {state.status === 'authenticated' && (
        <div className="page-user">
          <span className="page-user-name">{nameOf(state.user)}</span>
          <button type="button" className="button" onClick={onLogOut}>
            Log out
          </button>
        </div>
      )}
    </header>
  )
}
