import { randomBytes } from 'node:crypto'
import type { Store } from '@coatcheck/store'
import type { JWK } from 'jose'
import pino from 'pino'
import { type CookieNames, nameCookies } from './cookies/cookie-names.ts'
import { defaults } from './defaults.ts'
import { describeOptionFault, sayWhatIsWanted } from './describe-option-fault.ts'
import { BffError } from './errors.ts'
import { isLoopback } from './is-loopback.ts'
import type { Log } from './log.ts'
import type {
  BffOptions,
  ClientAuthMethod,
  CookieOptions,
  LogoutOptions,
  SessionOptions,
} from './options.ts'
import { optionsSchema, type ParsedOptions } from './options-schema.ts'

/** A resource with its name and every default filled in. */
export interface ResolvedResource {
  readonly name: string
  readonly mode: 'token'
  readonly audience: string | undefined
  readonly scope: string
  readonly request: 'always' | 'on-demand'
}

/** Options after checking: nothing is left to guess. */
export interface ResolvedOptions {
  readonly publicUrl: string
  /** Origin of the app, as browsers write it in `Origin`. */
  readonly origin: string
  readonly basePath: string
  readonly provider: {
    readonly issuer: string
    readonly clientId: string
    readonly clientSecret: string | undefined
    readonly privateKey: JWK | undefined
    readonly clientAuth: ClientAuthMethod
    readonly scope: string
    readonly idTokenAlgorithm: string
    readonly timeoutMs: number
    readonly idTokenHint: 'send' | 'omit'
    readonly logoutTokenExpiry: 'required' | 'optional'
  }
  readonly resources: ReadonlyMap<string, ResolvedResource>
  readonly defaultResource: ResolvedResource
  readonly store: Store
  readonly sealingKeys: readonly string[]
  readonly session: Required<SessionOptions>
  readonly cookie: Required<CookieOptions>
  readonly cookieNames: CookieNames
  readonly logout: Required<LogoutOptions>
  readonly log: Log
  readonly now: () => number
  readonly fetch: typeof fetch
  readonly randomBytes: (size: number) => Uint8Array
}

const refuse = (lines: readonly string[]): never => {
  throw new BffError(
    'configuration_invalid',
    `The options of createBff need mending:\n  ${lines.join('\n  ')}`,
  )
}

const contradictions = (parsed: ParsedOptions): readonly string[] => {
  const { provider, cookie, session } = parsed
  const lines: string[] = []
  const hasSecret = provider.clientSecret !== undefined
  const hasKey = provider.privateKey !== undefined
  if (hasSecret === hasKey) {
    lines.push(
      'provider: give clientSecret or privateKey, one of them; a public client cannot keep a refresh token',
    )
  }
  if (provider.clientAuth === 'private_key_jwt' && !hasKey) {
    lines.push('provider.privateKey: private_key_jwt needs the private JWK')
  }
  if (provider.clientAuth?.startsWith('client_secret') && !hasSecret) {
    lines.push(`provider.clientSecret: ${provider.clientAuth} needs the secret`)
  }
  if (!provider.scope.split(' ').includes('openid')) {
    lines.push('provider.scope: must contain openid, or there is no ID token to log in with')
  }
  const publicUrl = new URL(parsed.publicUrl)
  if (cookie.security === 'insecure-loopback' && !isLoopback(publicUrl.hostname)) {
    lines.push('cookie.security: insecure-loopback is for http on loopback only; leave it out')
  }
  if (session.idleSeconds > session.absoluteSeconds) {
    lines.push('session.idleSeconds: must not be longer than session.absoluteSeconds')
  }
  if (provider.clientSecret !== undefined && parsed.sealingKeys.includes(provider.clientSecret)) {
    lines.push('sealingKeys: must not be the client secret; each key has one purpose')
  }
  return lines
}

const defaultClientAuth = ({
  clientAuth,
  privateKey,
}: ParsedOptions['provider']): ClientAuthMethod =>
  clientAuth ?? (privateKey === undefined ? defaults.clientAuth : 'private_key_jwt')

/**
 * Checks the options of `createBff` and fills in the defaults.
 *
 * @throws BffError `configuration_invalid`; the message names every option at fault and its remedy
 */
export const resolveOptions = (options: BffOptions): ResolvedOptions => {
  const result = optionsSchema.safeParse(options, { error: sayWhatIsWanted })
  if (!result.success) return refuse(result.error.issues.flatMap(describeOptionFault))
  const parsed = result.data
  const lines = contradictions(parsed)
  if (lines.length > 0) return refuse(lines)
  const resources = new Map(
    Object.entries(parsed.resources).map(([name, resource]) => [
      name,
      { ...resource, name, audience: resource.audience },
    ]),
  )
  const [defaultResource] = resources.values()
  if (defaultResource === undefined) return refuse(['resources: must name at least one resource'])
  return {
    ...parsed,
    provider: {
      ...parsed.provider,
      clientSecret: parsed.provider.clientSecret,
      privateKey: parsed.provider.privateKey,
      clientAuth: defaultClientAuth(parsed.provider),
    },
    resources,
    defaultResource,
    cookieNames: nameCookies(parsed.cookie),
    origin: new URL(parsed.publicUrl).origin,
    log: parsed.log ?? pino({ name: 'coatcheck', level: 'warn' }),
    now: parsed.now ?? Date.now,
    // Looked up at the call, so that a test may replace the global one.
    fetch: parsed.fetch ?? ((input, init) => fetch(input, init)),
    randomBytes: parsed.randomBytes ?? randomBytes,
  }
}
