import { type AuthClient, createAuthClient } from '../../index.ts'

/** As most apps do it: one client, made when the module is loaded. */
export const client: AuthClient = createAuthClient({
  resources: { api: { origin: 'https://api.example' } },
})

export const greet = async (): Promise<string> => {
  const state = await client.ready()
  return state.status === 'authenticated' ? `Hello ${state.user.name}` : 'Log in'
}

export const readOrders = async (): Promise<unknown> =>
  (await client.fetch('https://api.example/orders')).json()
