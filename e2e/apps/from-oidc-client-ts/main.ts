// An app as it was written for the real oidc-client-ts; nothing in it knows of Coatcheck.
import { type User, WebStorageStateStore } from 'oidc-client-ts'
import { createElement, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { AuthProvider, useAuth, withAuthenticationRequired } from 'react-oidc-context'

const settings = {
  authority: 'https://provider.example',
  client_id: 'app',
  redirect_uri: `${location.origin}/spa`,
  post_logout_redirect_uri: `${location.origin}/spa`,
  userStore: new WebStorageStateStore({ store: localStorage }),
}

const seen = { callbacks: 0, renders: 0, users: [] as (User | null | undefined)[] }
Object.assign(globalThis, { seen })

const App = () => {
  const auth = useAuth()
  Object.assign(globalThis, { oidc: auth })
  seen.renders += 1
  const status = auth.isLoading ? 'loading' : auth.isAuthenticated ? 'in' : 'out'
  return createElement(
    'main',
    null,
    createElement('p', { id: 'status' }, status),
    createElement('p', { id: 'user' }, `${auth.user?.profile.sub ?? 'nobody'}`),
    createElement('p', { id: 'error' }, auth.error?.message ?? ''),
    createElement(
      'button',
      { type: 'button', onClick: () => auth.signinRedirect({ state: 7 }) },
      'Log in',
    ),
    createElement('button', { type: 'button', onClick: () => auth.signinSilent() }, 'Renew'),
    createElement('button', { type: 'button', onClick: () => auth.signoutRedirect() }, 'Log out'),
  )
}

const Page = location.search === '?guarded' ? withAuthenticationRequired(App) : App

const onSigninCallback = () => {
  seen.callbacks += 1
}

const root = document.body.appendChild(document.createElement('div'))
const app = createElement(AuthProvider, { ...settings, onSigninCallback }, createElement(Page))
createRoot(root).render(createElement(StrictMode, null, app))
