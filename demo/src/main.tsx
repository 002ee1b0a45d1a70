import { AuthProvider } from '@coatcheck/client/react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './components/app.tsx'
import { readConfig } from './config.ts'
import { createDemo } from './demo.ts'
import './styles/tokens.css'
import './styles/base.css'
import './styles/layout.css'
import './styles/session.css'
import './styles/actions.css'
import './styles/devices.css'
import './styles/timeline.css'
import './styles/devtools.css'

const root = document.getElementById('root')
if (root === null) throw new Error('The page lacks its root element.')

const demo = createDemo(readConfig(document))

createRoot(root).render(
  <StrictMode>
    <AuthProvider client={demo.client}>
      <App demo={demo} />
    </AuthProvider>
  </StrictMode>,
)

// A chunk of its own, so that nobody waits for it. An app loads it in development only.
const { mountDevtools } = await import('@coatcheck/client/devtools')
mountDevtools(demo.client)
