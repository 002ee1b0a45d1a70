import { useState } from 'react'
import { useAuth } from 'react-oidc-context'

interface Order {
  readonly number: string
  readonly item: string
}

const origin: string = import.meta.env.VITE_API_ORIGIN ?? 'http://localhost:4001'

const fetchOrders = async (token: string | undefined): Promise<readonly Order[]> => {
  const headers = { Authorization: `Bearer ${token}` }
  const response = await fetch(`${origin}/orders`, { headers })
  if (!response.ok) throw new Error(`The API answered ${response.status}.`)
  const { orders } = await response.json()
  return orders
}

const Account = () => {
  const auth = useAuth()
  const [orders, setOrders] = useState<readonly Order[]>()
  const [problem, setProblem] = useState('')
  const call = async () => {
    try {
      setOrders(await fetchOrders(auth.user?.access_token))
      setProblem('')
    } catch (error) {
      setProblem((error as Error).message)
    }
  }
  return (
    <>
      <h1>{auth.user?.profile.name}</h1>
      <p>You are logged in. No token is in any storage of this browser.</p>
      <div className="actions">
        <button type="button" className="primary" onClick={call}>
          Call API
        </button>
        <button type="button" onClick={() => auth.signoutRedirect()}>
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
  const auth = useAuth()
  if (auth.isLoading) return <p>One moment…</p>
  if (auth.isAuthenticated) return <Account />
  return (
    <>
      <h1>Welcome</h1>
      <p>Log in to see your orders.</p>
      <button type="button" className="primary" onClick={() => auth.signinRedirect()}>
        Log in
      </button>
      {auth.error && <p role="alert">{auth.error.message}</p>}
    </>
  )
}

export const App = () => (
  <main>
    <Content />
  </main>
)
