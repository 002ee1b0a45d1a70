import type { Breaker } from './provider/create-breaker.ts'
import type { Provider } from './provider/create-provider.ts'
import type { RevocationQueue } from './provider/create-revocation-queue.ts'
import type { Flights } from './renewal/create-flights.ts'
import type { Leases } from './renewal/create-leases.ts'
import type { ResolvedOptions } from './resolve-options.ts'
import type { Sealer } from './sealing/create-sealer.ts'
import type { Secrets } from './sessions/create-secrets.ts'
import type { Sessions } from './sessions/create-sessions.ts'
import type { ProviderLogouts } from './sessions/provider-logout.ts'
import type { SessionIndex } from './sessions/session-index.ts'
import type { SessionNews } from './sessions/session-news.ts'

/** What every flow is given. */
export interface BffContext {
  readonly options: ResolvedOptions
  readonly sessions: Sessions
  readonly index: SessionIndex
  readonly news: SessionNews
  readonly providerLogouts: ProviderLogouts
  readonly revocations: RevocationQueue
  readonly secrets: Secrets
  readonly provider: Provider
  readonly tokenSealer: Sealer
  readonly secretSealer: Sealer
  readonly transactionSealer: Sealer
  readonly logoutSealer: Sealer
  readonly flights: Flights
  readonly leases: Leases
  readonly breaker: Breaker
}
