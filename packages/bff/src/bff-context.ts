import type { Provider } from './provider/create-provider.ts'
import type { Flights } from './renewal/create-flights.ts'
import type { ResolvedOptions } from './resolve-options.ts'
import type { Sealer } from './sealing/create-sealer.ts'
import type { Sessions } from './sessions/create-sessions.ts'

/** What every flow is given. */
export interface BffContext {
  readonly options: ResolvedOptions
  readonly sessions: Sessions
  readonly provider: Provider
  readonly tokenSealer: Sealer
  readonly transactionSealer: Sealer
  readonly logoutSealer: Sealer
  readonly flights: Flights
}
