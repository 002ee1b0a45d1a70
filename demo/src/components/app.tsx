import { useAuth } from '@coatcheck/client/react'
import { type ReactElement, useState } from 'react'
import type { Demo } from '../demo.ts'
import type { DemoUser } from '../user.ts'
import { type LogoutOutcome, Notice } from './notice.tsx'
import { PageHeader } from './page-header.tsx'
import { Timeline } from './timeline.tsx'
import { Unreachable } from './unreachable.tsx'
import { Welcome } from './welcome.tsx'
import { Workbench } from './workbench.tsx'

interface AppProps {
  readonly demo: Demo
}

interface ContentProps extends AppProps {
  readonly onLogOut: () => void
}

const Content = ({ demo, onLogOut }: ContentProps): ReactElement => {
  const state = useAuth<DemoUser>()
  switch (state.status) {
    case 'loading':
      return <p className="waiting">Checking who is logged in…</p>
    case 'authenticated':
      return <Workbench demo={demo} state={state} onLogOut={onLogOut} />
    case 'unauthenticated':
      return <Welcome client={demo.client} />
    case 'error':
      return <Unreachable client={demo.client} error={state.error} />
  }
}

/** The whole page. */
export const App = ({ demo }: AppProps): ReactElement => {
  const { client, timeline } = demo
  const [logout, setLogout] = useState<LogoutOutcome>('told')
  const logOut = (): void => {
    setLogout('told')
    client.logout().catch(() => setLogout('untold'))
  }
  return (
    <div className="page">
      <PageHeader onLogOut={logOut} />
      <main className="columns">
        <div className="column">
          <Notice logout={logout} />
          <Content demo={demo} onLogOut={logOut} />
        </div>
        <Timeline timeline={timeline} />
      </main>
      <footer className="page-footer">
        Look for yourself in the browser’s developer tools: no token in any storage, no cookie that
        script can read, no token in an address.
      </footer>
    </div>
  )
}
