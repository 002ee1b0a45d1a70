import { useAuth } from '@coatcheck/client/react'
import { useState } from 'react'
import { fetchOrders, type Order, type User } from './auth.ts'

const Account = ({ user, onLogOut }: { readonly user: User; readonly onLogOut: () => void }) => {
  const [orders, setOrders] = useState<readonly Order[]>()
  const [problem, setProblem] = useState('')
  const call = async () => {
    try {
      setOrders(await fetchOrders())
      setProblem('')
    } catch (error) {
      setProblem((error as Error).message)
    }
  }
  return (
    <>
      <h1>{user.name}</h1>
      <p>You are logged in. No token is in any storage of this browser.</p>
      <div className="actions">
        <button type="button" className="primary" onClick={call}>
          Call API
        </button>
        <button type="button" onClick={onLogOut}>
          Log out
        </button>
      </div>
      {problem && <p role="alert">{problem}</p>}
      {orders && (
        <ul>
          {orders.map(({ number, item }) => (
            <li key={number}>
              {item} <span>{number}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

const Content = () => {
  const auth = useAuth<User>()
  switch (auth.status) {
    case 'loading':
      return <p>One moment…</p>
    case 'error':
      return (
        <>
          <h1>Not available now</h1>
          <p role="alert">{auth.error.code}</p>
          <button type="button" onClick={() => auth.refreshSession()}>
            Try again
          </button>
        </>
      )
    case 'authenticated':
      return <Account user={auth.user} onLogOut={() => auth.logout()} />
    case 'unauthenticated':
      return (
        <>
          <h1>Welcome</h1>
          <p>Log in to see your orders.</p>
          <button type="button" className="primary" onClick={() => auth.login()}>
            Log in
          </button>
        </>
      )
  }
}

export const App = () => (
  <main>
    <Content />
  </main>
)
