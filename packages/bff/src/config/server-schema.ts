import { isIP } from 'node:net'
import * as z from 'zod'
import { serverDefaults } from './defaults.ts'

/** A bound with the words for both of its ends. */
const between = (low: number, high: number, words: string) =>
  z.int().min(low, words).max(high, words)

const port = between(0, 65_535, 'must be a port, 0 to 65535')

const host = z
  .string()
  .refine(
    (value) => isIP(value) > 0 || /^[\w-]+(\.[\w-]+)*$/.test(value),
    'must be an address or a host name, e.g. 127.0.0.1 or 0.0.0.0',
  )

/** A password that slips into path or host, for want of a slash or of escaping, would be shown. */
const isRedisUrl = (value: string): boolean => {
  if (!/^rediss?:\/\/[^/]/.test(value) || !URL.canParse(value)) return false
  const { hostname, pathname } = new URL(value)
  return hostname !== '' && /^(\/\d*)?$/.test(pathname)
}

const redisUrl = z
  .string()
  .refine(
    isRedisUrl,
    'must be a redis:// or rediss:// URL, e.g. redis://:password@host:6379/0; escape what a password holds of : / ? # @',
  )

/** No value may end its directive, or the header, and begin another (CSP 3, section 2.3). */
const cspSource = z.string().regex(/^[\x21-\x2b\x2d-\x3a\x3c-\x7e]+$/, {
  message: 'must be one source without blanks, commas and semicolons',
})

const store = z.strictObject({
  path: z.string().min(1).optional(),
  synchronous: z.enum(['normal', 'full']).optional(),
  url: redisUrl.optional(),
  prefix: z
    .string()
    .regex(/^[\w:{}.-]{1,64}$/, 'must be 1 to 64 letters, digits and : { } . -')
    .optional(),
  waitReplicas: z.int().nonnegative().optional(),
})

const listen = z.strictObject({
  host: host.default(serverDefaults.host),
  port: port.default(serverDefaults.port),
})

const statics = z.strictObject({
  directory: z.string().min(1).optional(),
  immutablePath: z
    .string()
    .regex(/^\/([\w.-]+\/)*$/, 'must begin and end with a slash, e.g. /assets/')
    .default(serverDefaults.immutablePath),
})

const headers = z.strictObject({
  contentSecurityPolicy: z
    .record(
      z.string().regex(/^[a-z-]+$/, 'must be the name of a directive, e.g. connect-src'),
      z.array(cspSource),
    )
    .default({}),
  strictTransportSecurity: z
    .string()
    .regex(
      /^(off|max-age=\d{1,10}(; includeSubDomains)?(; preload)?)$/,
      'must be off, or look like max-age=31536000; includeSubDomains',
    )
    .default(serverDefaults.strictTransportSecurity),
})

const operators = z.strictObject({
  host: host.default(serverDefaults.host),
  port: port.default(serverDefaults.operatorsPort),
  bearerToken: z
    .string()
    .regex(
      /^[\w.~+/-]{32,256}=*$/,
      'must be 32 to 256 letters and digits; make one with: node -e "console.log(crypto.randomBytes(32).toString(\'base64url\'))"',
    )
    .optional(),
})

const log = z.strictObject({
  level: z.enum(['info', 'warn', 'error']).default(serverDefaults.logLevel),
})

const schema = z.strictObject({
  store: store.prefault({}),
  listen: listen.prefault({}),
  trustProxy: between(1, 10, 'must be the number of your proxies, 1 to 10').optional(),
  static: statics.prefault({}),
  headers: headers.prefault({}),
  operators: operators.prefault({}),
  log: log.prefault({}),
  shutdownSeconds: between(1, 600, 'must be 1 to 600 seconds').default(
    serverDefaults.shutdownSeconds,
  ),
})

/** The server's own options, with their defaults. */
export interface ParsedServerOptions {
  readonly store: {
    readonly path?: string | undefined
    readonly synchronous?: 'normal' | 'full' | undefined
    readonly url?: string | undefined
    readonly prefix?: string | undefined
    readonly waitReplicas?: number | undefined
  }
  readonly listen: { readonly host: string; readonly port: number }
  readonly trustProxy?: number | undefined
  readonly static: { readonly directory?: string | undefined; readonly immutablePath: string }
  readonly headers: {
    readonly contentSecurityPolicy: Readonly<Record<string, readonly string[]>>
    readonly strictTransportSecurity: string
  }
  readonly operators: {
    readonly host: string
    readonly port: number
    readonly bearerToken?: string | undefined
  }
  readonly log: { readonly level: 'info' | 'warn' | 'error' }
  readonly shutdownSeconds: number
}

export const serverSchema: z.ZodType<ParsedServerOptions> = schema

/** The options at the top, which the rest of the configuration shares with `createBff`. */
export const serverOptionNames: readonly string[] = Object.keys(schema.shape)

const parts: Readonly<Record<string, z.ZodObject>> = {
  store,
  listen,
  static: statics,
  headers,
  operators,
  log,
}

/** Names of the options at a place of the server's own part. */
export const serverNamesAt = (path: readonly PropertyKey[]): readonly string[] =>
  Object.keys(parts[String(path[0])]?.shape ?? schema.shape)
