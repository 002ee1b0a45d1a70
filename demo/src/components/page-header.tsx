import { useUser } from '@coatcheck/client/react'
import type { ReactElement } from 'react'
import { type DemoUser, nameOf } from '../user.ts'
import { Mark } from './mark.tsx'

interface PageHeaderProps {
  readonly onLogOut: () => void
}

/** The name of the app, and the way out for who is logged in. */
export const PageHeader = ({ onLogOut }: PageHeaderProps): ReactElement => {
  const user = useUser<DemoUser>()
  return (
    <header className="page-header">
      <p className="brand">
        <Mark />
        <span>
          Coatcheck <span className="brand-suffix">demo</span>
        </span>
      </p>
      {user !== undefined && (
        <div className="page-user">
          <span className="page-user-name">{nameOf(user)}</span>
          <button type="button" className="button" onClick={onLogOut}>
            Log out
          </button>
        </div>
      )}
    </header>
  )
}
