import { createAuthClient } from '@coatcheck/client'

const origin: string = import.meta.env.VITE_API_ORIGIN ?? 'http://localhost:4001'

/** One for the whole app. Its `fetch` brings the token to this origin and to no other. */
export const client = createAuthClient<User>({ resources: { orders: { origin } } })

/** The claims that the BFF passes on to the page. */
export interface User {
  readonly sub: string
  readonly name: string
}

export interface Order {
  readonly number: string
  readonly item: string
}

export const fetchOrders = async (): Promise<readonly Order[]> => {
  const response = await client.fetch(`${origin}/orders`)
  if (!response.ok) throw new Error(`The API answered ${response.status}.`)
  const { orders } = await response.json()
  return orders
}
