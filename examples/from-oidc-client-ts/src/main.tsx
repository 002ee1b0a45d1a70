import { WebStorageStateStore } from 'oidc-client-ts'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { AuthProvider } from 'react-oidc-context'
import { App } from './app.tsx'
import './style.css'

// As the app had it. What the BFF does now is without effect, and the console says so.
const settings = {
  authority: 'https://provider.example',
  client_id: 'shop',
  redirect_uri: `${location.origin}/`,
  post_logout_redirect_uri: `${location.origin}/`,
  userStore: new WebStorageStateStore({ store: localStorage }),
}

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <AuthProvider {...settings}>
      <App />
    </AuthProvider>
  </StrictMode>,
)
