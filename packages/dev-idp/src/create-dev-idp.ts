import type { EventEmitter } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isIPv6 } from 'node:net'
import type Provider from 'oidc-provider'
import { checkFault } from './check-fault.ts'
import { createConfirmForUser } from './confirm-for-user.ts'
import { type Counts, createCounters } from './counters.ts'
import { keepAliveMs } from './defaults.ts'
import { DevIdpError } from './errors.ts'
import { createFaultPlan, type Faults } from './faults.ts'
import { createInteraction } from './interaction.ts'
import { listen } from './listen.ts'
import type { DevIdpLifetimes, DevIdpOptions } from './options.ts'
import { contentSecurityPolicy } from './pages/layout.ts'
import { type ConfigurationOptions, createConfiguration } from './provider-configuration.ts'
import { oidc } from './provider-module.ts'
import { createReports, type Reports } from './reports.ts'
import { createRequestListener } from './request-listener.ts'
import { type ResolvedOptions, resolveLifetimes, resolveOptions } from './resolve-options.ts'
import { createSessionEnd, type EndedSessions } from './sessions.ts'
import { createSigningKeys } from './signing-keys.ts'
import { createStorage, type GrantFilter } from './storage.ts'

/** A running development provider. */
export interface DevIdp {
  /** Issuer identifier, for example `http://127.0.0.1:4002`. */
  readonly issuer: string
  /** The port it listens on. */
  readonly port: number
  /** Who can log in. */
  readonly users: readonly { readonly username: string; readonly sub: string }[]
  /** Requests by endpoint, and token requests by grant type too. */
  counts(): Counts
  /** Starts counting from 0. */
  resetCounts(): void
  /** Faults to inject. */
  readonly faults: Faults
  /** The lifetimes in force. */
  lifetimes(): DevIdpLifetimes
  /**
   * Changes some lifetimes for what is issued from now on.
   *
   * @throws DevIdpError `option_unknown`, `option_invalid`
   */
  setLifetimes(changes: Partial<DevIdpLifetimes>): void
  /**
   * Ends grants: their refresh tokens are answered `invalid_grant` from now on. JWT access tokens
   * stay valid until they expire, as everywhere.
   *
   * @returns how many grants were ended
   */
  revokeGrants(filter?: GrantFilter): number
  /**
   * Ends the logins of a person and sends a logout token to every client that took part
   * (OpenID Connect Back-Channel Logout 1.0 §2.5). Resolves when all deliveries are done.
   */
  endUserSession(sub: string): Promise<EndedSessions>
  /** Stops listening and ends every connection at once. Calling it again does nothing. */
  close(): Promise<void>
}

type Process = (request: IncomingMessage, response: ServerResponse) => Promise<void>

const issuerOf = (host: string, port: number) =>
  new URL(`http://${isIPv6(host) ? `[${host}]` : host}:${port}`).origin

const closeServer = (server: Server) =>
  new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

const createProcess = (provider: Provider): Process => {
  const callback = provider.callback() as Process
  return async (request, response) => {
    response.setHeader('content-security-policy', contentSecurityPolicy)
    response.setHeader('referrer-policy', 'no-referrer')
    response.setHeader('x-content-type-options', 'nosniff')
    await callback(request, response)
  }
}

/** Metadata oidc-provider refuses is refused at the start, not at the first login. */
const checkClients = async (provider: Provider, { clients }: ResolvedOptions) => {
  for (const { clientId } of clients) {
    try {
      await provider.Client.find(clientId)
    } catch (cause) {
      const reason = (cause as { error_description?: string }).error_description ?? 'invalid'
      const message = `The client "${clientId}" cannot be used: ${reason}.`
      throw new DevIdpError('option_invalid', message, { cause })
    }
  }
}

/** What {@link createProvider} needs. */
interface ProviderOptions extends ConfigurationOptions {
  readonly issuer: string
  readonly reports: Reports
}

const createProvider = async (given: ProviderOptions) => {
  const { options, issuer, storage, reports } = given
  const provider = new oidc.Provider(issuer, createConfiguration(given))
  provider.use(createConfirmForUser(provider, (request, response) => process(request, response)))
  provider.use(createInteraction({ provider, users: options.users, clients: options.clients }))
  // Only now: what is added to a Koa app after its callback was made is never called.
  const process = createProcess(provider)
  provider.on('session.destroyed', ({ uid }) => storage.endSession(uid))
  provider.on('server_error', (_ctx, cause) => reports.providerError(cause))
  const koa: EventEmitter = provider
  koa.on('error', reports.providerError)
  provider.on('backchannel.error', (_ctx, cause, { clientId }) =>
    reports.undelivered(clientId, cause),
  )
  await checkClients(provider, options)
  return { provider, process }
}

/**
 * Starts a real OpenID provider on this machine for development and tests: code with PKCE, strict
 * refresh-token rotation, JWT access tokens by resource, PAR, revocation, logout in both directions;
 * its login page lists the accounts and asks for no password.
 *
 * @throws DevIdpError `production_refused`, `host_not_loopback`, `port_in_use`, `listen_failed`,
 *   `option_unknown`, `option_invalid`
 */
export const createDevIdp = async (given: DevIdpOptions): Promise<DevIdp> => {
  const options = resolveOptions(given)
  const reports = createReports(options.log)
  const counters = createCounters()
  const faults = createFaultPlan(checkFault)
  faults.set(options.faults)
  const reused = () => new oidc.errors.InvalidGrant('already used')
  const storage = createStorage({ reused })
  let current = options.lifetimes
  const lifetimes = () => current
  const closing = new AbortController()
  const keys = await createSigningKeys()
  const server = createServer({ keepAliveTimeout: keepAliveMs })
  const port = await listen(server, options.port, options.host)
  const issuer = issuerOf(options.host, port)
  const close = () => {
    closing.abort()
    return closeServer(server)
  }

  try {
    const { provider, process } = await createProvider({
      options,
      issuer,
      port,
      keys,
      storage,
      lifetimes,
      reports,
    })
    const { signal } = closing
    const report = reports.providerError
    const listener = createRequestListener({ issuer, counters, faults, process, signal, report })
    server.on('request', listener)
    const reportUndelivered = reports.undelivered
    return {
      issuer,
      port,
      users: options.users.map(({ username, sub }) => ({ username, sub })),
      counts: counters.read,
      resetCounts: counters.reset,
      faults: { set: faults.set, clear: faults.clear },
      lifetimes,
      setLifetimes: (changes) => {
        current = resolveLifetimes(current, changes)
      },
      revokeGrants: (filter = {}) => storage.revokeGrants(filter),
      endUserSession: createSessionEnd({ provider, storage, reportUndelivered }),
      close,
    }
  } catch (cause) {
    await close()
    throw cause
  }
}
