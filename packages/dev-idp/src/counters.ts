import { type Endpoint, endpoints } from './endpoints.ts'

/** Grant types that token requests are counted by; anything else is `other`. */
export type CountedGrantType = 'authorization_code' | 'refresh_token' | 'other'

/** What {@link DevIdp.counts} has a number for. */
export type CounterName = Endpoint | `token:${CountedGrantType}`

/** Requests that arrived since the start or the last reset, those answered by a fault included. */
export type Counts = Readonly<Record<CounterName, number>>

/** Counts requests. */
export interface Counters {
  count(endpoint: Endpoint, grantType?: string): void
  read(): Counts
  reset(): void
}

const counterNames: readonly CounterName[] = [
  ...endpoints,
  'token:authorization_code',
  'token:refresh_token',
  'token:other',
]

const tokenCounter = (grantType: string | undefined): CounterName =>
  grantType === 'authorization_code' || grantType === 'refresh_token'
    ? `token:${grantType}`
    : 'token:other'

export const createCounters = (): Counters => {
  const numbers = new Map<CounterName, number>()
  const add = (name: CounterName) => numbers.set(name, (numbers.get(name) ?? 0) + 1)
  return {
    count: (endpoint, grantType) => {
      add(endpoint)
      if (endpoint === 'token') add(tokenCounter(grantType))
    },
    read: () =>
      Object.fromEntries(counterNames.map((name) => [name, numbers.get(name) ?? 0])) as Counts,
    reset: () => numbers.clear(),
  }
}
