import { defaultBasePath } from '@coatcheck/wire'
import * as z from 'zod'
import { defaults } from './defaults.ts'
import { isSecureUrl } from './is-secure-url.ts'
import type {
  BffOptions,
  CookieOptions,
  LogoutOptions,
  ProviderOptions,
  ResourceOptions,
  SessionOptions,
} from './options.ts'
import { isSigningJwk } from './provider/is-signing-jwk.ts'

const positive = z.int().positive()

const aFunction = <T>(shape: string) =>
  z.custom<T>((value) => typeof value === 'function', `must be a function: ${shape}`)

const scopeText = z
  .string()
  .regex(
    /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/,
    'must be names separated by one space',
  )

const secureUrl = z.string().refine(isSecureUrl, {
  message: 'must be an absolute https URL (http only on loopback)',
  abort: true,
})

const sealingKey = z
  .string()
  .regex(/^[\w-]+$/, 'must be base64url')
  .refine(
    (value) => Buffer.from(value, 'base64url').length >= 32,
    'must hold at least 32 random bytes; make one with: node -e "console.log(crypto.randomBytes(32).toString(\'base64url\'))"',
  )

const bytesOf = (key: string) => Buffer.from(key, 'base64url').toString('hex')

const provider = z.strictObject({
  issuer: secureUrl.refine((value) => {
    const { search, hash, username, password } = new URL(value)
    return [search, hash, username, password].every((part) => part === '')
  }, 'must be an issuer identifier, without query, fragment or credentials'),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1).optional(),
  privateKey: z
    .record(z.string(), z.unknown())
    .refine(
      isSigningJwk,
      'must be a private JWK with kid and alg: RSA of at least 2048 bits, EC or Ed25519',
    )
    .optional(),
  clientAuth: z.enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt']).optional(),
  scope: scopeText.default(defaults.scope),
  idTokenAlgorithm: z
    .string()
    .regex(
      /^((RS|PS|ES)(256|384|512)|EdDSA|Ed25519)$/,
      'must be the asymmetric JWS algorithm of the registration, e.g. RS256 or ES256',
    )
    .default(defaults.idTokenAlgorithm),
  timeoutMs: positive.default(defaults.providerTimeoutMs),
  idTokenHint: z.enum(['send', 'omit']).default('omit'),
  logoutTokenExpiry: z.enum(['required', 'optional']).default('required'),
})

const resource = z.strictObject({
  mode: z.literal('token'),
  audience: z.string().min(1).optional(),
  scope: scopeText,
  request: z.enum(['always', 'on-demand']).default('always'),
})

const session = z.strictObject({
  idleSeconds: positive.default(defaults.idleSeconds),
  absoluteSeconds: positive.default(defaults.absoluteSeconds),
  secretRotationSeconds: z
    .int()
    .min(defaults.secretGraceSeconds, 'must be 60 seconds at least')
    .default(defaults.secretRotationSeconds),
  claims: z.array(z.string().min(1)).default([...defaults.claims]),
})

const cookie = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,32}$/, 'must be 1 to 32 letters, digits and hyphens')
    .default(defaults.cookieName),
  lifetime: z.enum(['absolute', 'browser']).default('absolute'),
  security: z.enum(['host-http', 'insecure-loopback']).default('host-http'),
})

const logout = z.strictObject({
  clearSiteData: z.array(z.enum(['cache', 'cookies', 'storage', 'executionContexts'])).default([]),
})

const logMethods = ['info', 'warn', 'error'] as const

const isLog = (value: unknown): boolean =>
  logMethods.every(
    (name) => typeof (value as Record<string, unknown> | null | undefined)?.[name] === 'function',
  )

const storeMethods = ['get', 'put', 'swap', 'swapDelete', 'take', 'touch', 'drop'] as const

const isStore = (value: unknown): boolean =>
  storeMethods.every(
    (name) => typeof (value as Record<string, unknown> | null | undefined)?.[name] === 'function',
  )

const schema = z.strictObject({
  publicUrl: secureUrl.refine((value) => {
    const { pathname, search, hash, username, password } = new URL(value)
    return pathname === '/' && [search, hash, username, password].every((part) => part === '')
  }, 'must be an origin without path, query or credentials'),
  basePath: z
    .string()
    .regex(/^(\/[\w-]+)+$/, 'must look like /bff')
    .default(defaultBasePath),
  provider,
  resources: z
    .record(z.string().regex(/^[\w-]{1,64}$/), resource)
    .refine((value) => Object.keys(value).length > 0, 'must name at least one resource'),
  store: z.custom<BffOptions['store']>(
    isStore,
    'must be a store, e.g. createMemoryStore() of @coatcheck/store',
  ),
  sealingKeys: z
    .array(sealingKey)
    .min(1, 'must hold at least one key')
    .refine(
      (keys) => new Set(keys.map(bytesOf)).size === keys.length,
      'holds the same key twice; remove one of them',
    ),
  session: session.prefault({}),
  cookie: cookie.prefault({}),
  logout: logout.prefault({}),
  log: z
    .custom<NonNullable<BffOptions['log']>>(
      isLog,
      'must be a logger with the methods info, warn and error',
    )
    .optional(),
  now: aFunction<() => number>('() => epoch milliseconds').optional(),
  fetch: aFunction<typeof fetch>('the signature of fetch').optional(),
  randomBytes: aFunction<(size: number) => Uint8Array>('(size) => bytes').optional(),
})

type Maybe<T> = { readonly [Name in keyof T]?: T[Name] | undefined }
type Credentials = 'clientSecret' | 'privateKey' | 'clientAuth'
type Ports = 'log' | 'now' | 'fetch' | 'randomBytes'

/** Options whose members are right, each by itself, with the defaults that are plain values. */
export interface ParsedOptions
  extends Pick<BffOptions, 'publicUrl' | 'store' | 'sealingKeys'>,
    Maybe<Required<Pick<BffOptions, Ports>>> {
  readonly basePath: string
  readonly provider: Omit<Required<ProviderOptions>, Credentials> &
    Maybe<Required<Pick<ProviderOptions, Credentials>>>
  readonly resources: Readonly<
    Record<
      string,
      Omit<Required<ResourceOptions>, 'audience'> & { readonly audience?: string | undefined }
    >
  >
  readonly session: Required<SessionOptions>
  readonly cookie: Required<CookieOptions>
  readonly logout: Required<LogoutOptions>
}

/** What `createBff` takes, each member by itself; contradictions are looked for afterwards. */
export const optionsSchema: z.ZodType<ParsedOptions> = schema

/** Names of the options at a place, so that a misspelt one can be named with its neighbour. */
export const optionNames = (path: readonly PropertyKey[]): readonly string[] => {
  switch (path[0]) {
    case 'provider':
      return Object.keys(provider.shape)
    case 'resources':
      return Object.keys(resource.shape)
    case 'session':
      return Object.keys(session.shape)
    case 'cookie':
      return Object.keys(cookie.shape)
    case 'logout':
      return Object.keys(logout.shape)
    default:
      return Object.keys(schema.shape)
  }
}
