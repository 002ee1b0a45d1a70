import { isIPv4 } from 'node:net'
import { checkFault } from './check-fault.ts'
import { checkKeys } from './check-keys.ts'
import { defaultHost, defaultLifetimes, defaultPort, defaultUsers } from './defaults.ts'
import { DevIdpError } from './errors.ts'
import type { Fault } from './faults.ts'
import type {
  DevIdpLifetimes,
  DevIdpLogEntry,
  DevIdpOptions,
  DevIdpResource,
  SigningAlgorithm,
} from './options.ts'
import { type ResolvedClient, resolveClients } from './resolve-clients.ts'
import { type ResolvedUser, resolveUsers } from './resolve-users.ts'

/** Options after the defaults: nothing is undefined any more. */
export interface ResolvedOptions {
  readonly port: number
  readonly host: string
  readonly users: readonly ResolvedUser[]
  readonly clients: readonly ResolvedClient[]
  readonly resources: ReadonlyMap<string, ResolvedResource>
  readonly faults: readonly Fault[]
  readonly lifetimes: DevIdpLifetimes
  readonly fetch: typeof globalThis.fetch
  readonly log: (entry: DevIdpLogEntry) => void
}

/** {@link DevIdpResource} after the defaults. */
export interface ResolvedResource {
  readonly audience: string
  readonly scope: string
  readonly alg: SigningAlgorithm
}

const optionKeys: Readonly<Record<keyof DevIdpOptions, true>> = {
  port: true,
  host: true,
  users: true,
  clients: true,
  resources: true,
  faults: true,
  lifetimes: true,
  fetch: true,
  log: true,
  env: true,
}

const resourceKeys: Readonly<Record<keyof DevIdpResource, true>> = {
  audience: true,
  scope: true,
  alg: true,
}

const refuseProduction = (env: { readonly NODE_ENV?: string | undefined }) => {
  if (env.NODE_ENV !== 'production') return
  throw new DevIdpError(
    'production_refused',
    'The development provider does not start with NODE_ENV=production: it logs anyone in as anyone, without a password. Point the application at a real provider.',
  )
}

const resolveHost = (host: string): string => {
  if (host === '::1' || (isIPv4(host) && host.startsWith('127.'))) return host
  throw new DevIdpError(
    'host_not_loopback',
    'The option "host" must be a loopback address (127.0.0.1, another of 127.0.0.0/8, or ::1): the development provider logs anyone in as anyone and must not be reachable from another machine.',
  )
}

const resolvePort = (port: number): number => {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new DevIdpError(
    'option_invalid',
    'The option "port" must be a whole number from 0 to 65535.',
  )
}

/** @throws DevIdpError `option_unknown`, `option_invalid` */
export const resolveLifetimes = (
  base: DevIdpLifetimes,
  changes: Partial<DevIdpLifetimes>,
): DevIdpLifetimes => {
  checkKeys('The option "lifetimes"', changes, Object.keys(defaultLifetimes))
  const given = Object.entries(changes).filter(([, seconds]) => seconds !== undefined)
  const wrong = given.find(([, seconds]) => !Number.isSafeInteger(seconds) || seconds < 1)
  if (wrong !== undefined) {
    throw new DevIdpError(
      'option_invalid',
      `The lifetime "${wrong[0]}" must be a whole number of seconds, at least 1.`,
    )
  }
  return { ...base, ...Object.fromEntries(given) }
}

const resolveResource = (resource: DevIdpResource): ResolvedResource => {
  checkKeys('A resource', resource, Object.keys(resourceKeys))
  const { audience, scope, alg = 'RS256' } = resource
  if (!URL.canParse(audience) || audience.includes('#')) {
    throw new DevIdpError(
      'option_invalid',
      "A resource's audience must be an absolute URI without a fragment (RFC 8707 §2).",
    )
  }
  if (typeof scope !== 'string' || scope.trim() === '') {
    throw new DevIdpError('option_invalid', "A resource's scope must name at least one scope.")
  }
  if (alg !== 'RS256' && alg !== 'ES256') {
    throw new DevIdpError('option_invalid', "A resource's alg must be RS256 or ES256.")
  }
  return { audience, scope: scope.trim().split(/\s+/).join(' '), alg }
}

const resolveResources = (resources: readonly DevIdpResource[]) => {
  const byAudience = new Map<string, ResolvedResource>()
  for (const resource of resources.map(resolveResource)) {
    if (byAudience.has(resource.audience)) {
      throw new DevIdpError('option_invalid', 'Two resources have the same audience.')
    }
    byAudience.set(resource.audience, resource)
  }
  return byAudience
}

const logToStderr = ({ level, message }: DevIdpLogEntry) => console[level](`dev-idp: ${message}`)

/** @throws DevIdpError for every option that cannot be used, before anything is started. */
export const resolveOptions = (options: DevIdpOptions): ResolvedOptions => {
  checkKeys('createDevIdp', options, Object.keys(optionKeys))
  refuseProduction(options.env ?? process.env)
  const faults = options.faults ?? []
  for (const fault of faults) checkFault(fault)
  return {
    port: resolvePort(options.port ?? defaultPort),
    host: resolveHost(options.host ?? defaultHost),
    users: resolveUsers(options.users ?? defaultUsers),
    clients: resolveClients(options.clients),
    resources: resolveResources(options.resources ?? []),
    faults,
    lifetimes: resolveLifetimes(defaultLifetimes, options.lifetimes ?? {}),
    fetch: options.fetch ?? globalThis.fetch,
    log: options.log ?? logToStderr,
  }
}
