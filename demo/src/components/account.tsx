import type { AuthState } from '@coatcheck/client'
import type { ReactElement } from 'react'
import { formatInstant } from '../format.ts'
import { type DemoUser, nameOf, rolesOf } from '../user.ts'

interface AccountProps {
  readonly state: Extract<AuthState<DemoUser>, { status: 'authenticated' }>
}

/** Who is logged in, with which role, and until when at most. */
export const Account = ({ state }: AccountProps): ReactElement => {
  const { user, sessionExpiresAt } = state
  return (
    <section className="card" aria-labelledby="account-title">
      <h1 className="account-title" id="account-title">
        <span className="label">Logged in as</span> {nameOf(user)}
      </h1>
      <dl className="facts">
        <dt>Account</dt>
        <dd>{user.preferred_username ?? user.sub}</dd>
        <dt>Role</dt>
        <dd>
          <span className="chip">{rolesOf(user)}</span>
        </dd>
        <dt>Session</dt>
        <dd>until {formatInstant(sessionExpiresAt)}</dd>
      </dl>
    </section>
  )
}
