import { randomBytes } from 'node:crypto'
import type { Store } from '@coatcheck/store'
import { defaultBasePath } from '@coatcheck/wire'
import type { JWK } from 'jose'
import leven from 'leven'
import pino from 'pino'
import * as z from 'zod'
import { defaults } from './defaults.ts'
import { BffError } from './errors.ts'
import { isLoopback } from './is-loopback.ts'
import type { Log } from './log.ts'
import type { BffOptions, ClientAuthMethod, CookieOptions, SessionOptions } from './options.ts'

const positive = z.int().positive()

const aFunction = <T>(name: string) =>
  z.custom<T>((value) => typeof value === 'function', `must be a function (${name})`)

const scopeText = z
  .string()
  .regex(
    /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/,
    'must be names separated by one space',
  )

const httpsUrl = z.url('must be an absolute URL').refine((value) => {
  const url = new URL(value)
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}, 'must be https (http only on loopback)')

const sealingKey = z
  .string()
  .regex(/^[\w-]+$/, 'must be base64url')
  .refine((value) => Buffer.from(value, 'base64url').length >= 32, {
    message:
      'must hold at least 32 random bytes; make one with: node -e "console.log(crypto.randomBytes(32).toString(\'base64url\'))"',
  })

const providerSchema = z.strictObject({
  issuer: httpsUrl,
  clientId: z.string().min(1),
  clientSecret: z.string().min(1).optional(),
  privateKey: z.record(z.string(), z.unknown()).optional(),
  clientAuth: z.enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt']).optional(),
  scope: scopeText.default(defaults.scope),
  idTokenAlgorithm: z
    .string()
    .regex(/^((RS|PS|ES)(256|384|512)|EdDSA|Ed25519)$/, 'must be an asymmetric JWS algorithm')
    .default(defaults.idTokenAlgorithm),
  timeoutMs: positive.default(defaults.providerTimeoutMs),
  idTokenHint: z.enum(['send', 'omit']).default('omit'),
})

const resourceSchema = z.strictObject({
  mode: z.literal('token'),
  audience: z.string().min(1).optional(),
  scope: scopeText,
  request: z.enum(['always', 'on-demand']).default('always'),
})

const schema = z.strictObject({
  publicUrl: httpsUrl.refine((value) => {
    const url = new URL(value)
    return url.pathname === '/' && url.search === '' && url.hash === '' && url.username === ''
  }, 'must be an origin without path, query or credentials'),
  basePath: z
    .string()
    .regex(/^(\/[\w-]+)+$/, 'must look like /bff')
    .default(defaultBasePath),
  provider: providerSchema,
  resources: z
    .record(z.string().regex(/^[\w-]{1,64}$/, 'is no resource name'), resourceSchema)
    .refine((value) => Object.keys(value).length > 0, 'must name at least one resource'),
  store: z.custom<BffOptions['store']>(
    (value) => typeof (value as { swap?: unknown } | null)?.swap === 'function',
    'must be a store, e.g. createMemoryStore() of @coatcheck/store',
  ),
  sealingKeys: z
    .array(sealingKey)
    .min(1, 'must hold at least one key')
    .refine((keys) => new Set(keys).size === keys.length, 'holds the same key twice'),
  session: z
    .strictObject({
      idleSeconds: positive.default(defaults.idleSeconds),
      absoluteSeconds: positive.default(defaults.absoluteSeconds),
      claims: z.array(z.string().min(1)).default([...defaults.claims]),
    })
    .prefault({}),
  cookie: z
    .strictObject({
      name: z
        .string()
        .regex(/^[A-Za-z0-9-]{1,32}$/, 'must be letters, digits and hyphens')
        .default(defaults.cookieName),
      lifetime: z.enum(['absolute', 'browser']).default('absolute'),
      security: z.enum(['host-http', 'insecure-loopback']).default('host-http'),
    })
    .prefault({}),
  log: z
    .custom<NonNullable<BffOptions['log']>>(
      (value) => typeof (value as { warn?: unknown } | null)?.warn === 'function',
      'must be a logger with info, warn and error',
    )
    .optional(),
  now: aFunction<() => number>('() => epoch milliseconds').optional(),
  fetch: aFunction<typeof fetch>('fetch').optional(),
  randomBytes: aFunction<(size: number) => Uint8Array>('(size) => bytes').optional(),
})

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
  }
  readonly resources: ReadonlyMap<string, ResolvedResource>
  readonly defaultResource: ResolvedResource
  readonly store: Store
  readonly sealingKeys: readonly string[]
  readonly session: Required<SessionOptions>
  readonly cookie: Required<CookieOptions>
  readonly log: Log
  readonly now: () => number
  readonly fetch: typeof fetch
  readonly randomBytes: (size: number) => Uint8Array
}

type Parsed = z.output<typeof schema>

/** Members of the object at `path`, so that a misspelt option can be named with its neighbour. */
const knownKeys = (path: readonly PropertyKey[]): readonly string[] => {
  const [first] = path
  if (first === undefined) return Object.keys(schema.shape)
  if (first === 'provider') return Object.keys(providerSchema.shape)
  if (first === 'resources') return Object.keys(resourceSchema.shape)
  if (first === 'session') return ['idleSeconds', 'absoluteSeconds', 'claims']
  return ['name', 'lifetime', 'security']
}

const describeIssue = (issue: z.core.$ZodIssue): string => {
  const at = issue.path.map(String).join('.')
  if (issue.code !== 'unrecognized_keys') return `${at || 'options'}: ${issue.message}`
  const known = [...knownKeys(issue.path)]
  return issue.keys
    .map((key) => {
      const nearest = known.sort((a, b) => leven(key, a) - leven(key, b))[0]
      return `${[at, key].filter(Boolean).join('.')}: is no option; did you mean ${nearest}?`
    })
    .join('\n  ')
}

const refuse = (lines: readonly string[]): never => {
  throw new BffError(
    'configuration_invalid',
    `The options of createBff need mending:\n  ${lines.join('\n  ')}`,
  )
}

const contradictions = (parsed: Parsed): readonly string[] => {
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

const defaultClientAuth = ({ clientAuth, privateKey }: Parsed['provider']): ClientAuthMethod =>
  clientAuth ?? (privateKey === undefined ? defaults.clientAuth : 'private_key_jwt')

/**
 * Checks the options of `createBff` and fills in the defaults.
 *
 * @throws BffError `configuration_invalid`; the message names every option at fault and its remedy
 */
export const resolveOptions = (options: BffOptions): ResolvedOptions => {
  const result = schema.safeParse(options)
  if (!result.success) return refuse(result.error.issues.map(describeIssue))
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
    origin: new URL(parsed.publicUrl).origin,
    log: parsed.log ?? pino({ name: 'coatcheck', level: 'warn' }),
    now: parsed.now ?? Date.now,
    // Looked up at the call, so that a test may replace the global one.
    fetch: parsed.fetch ?? ((input, init) => fetch(input, init)),
    randomBytes: parsed.randomBytes ?? randomBytes,
  }
}
