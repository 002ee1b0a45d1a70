import type { BffOptions, ProviderOptions } from '../options.ts'

/** Where the app is served. */
export interface ListenConfig {
  /** Address to listen on. Default `127.0.0.1`: a proxy on this machine is in front. */
  readonly host?: string
  /** Port. 0 takes a free one. Default 3000. */
  readonly port?: number
}

/** Where sessions live: a SQLite file, or Redis when there is a `url`. */
export interface StoreConfig {
  /** SQLite file, relative to the configuration file. Default `coatcheck.sqlite`. */
  readonly path?: string
  /** `full` survives a power cut at a disk flush per write. SQLite only. Default `normal`. */
  readonly synchronous?: 'normal' | 'full'
  /** `redis://` or `rediss://` URL of a Redis from 6.2 on. May hold a password. */
  readonly url?: string
  /** Put before every key in Redis. Default `coatcheck:`. */
  readonly prefix?: string
  /** Replicas that must confirm a change before it counts. Redis only. Default 0. */
  readonly waitReplicas?: number
}

/** The files of the app. */
export interface StaticConfig {
  /** Folder with `index.html`, relative to the configuration file. Default: no files are served. */
  readonly directory?: string
  /**
   * Files below this path with a hash in their name are kept by browsers for a year. Default
   * `/assets/`.
   */
  readonly immutablePath?: string
}

/** What every answer that carries the app tells the browser. */
export interface HeadersConfig {
  /**
   * Directives that replace those of the default policy, e.g.
   * `{ 'connect-src': ["'self'", 'https://orders.example'] }`. An empty list removes a directive.
   */
  readonly contentSecurityPolicy?: Readonly<Record<string, readonly string[]>>
  /**
   * Value of `Strict-Transport-Security` (RFC 6797), sent when `publicUrl` is https and not
   * loopback; `off` sends none. Default `max-age=31536000; includeSubDomains`.
   */
  readonly strictTransportSecurity?: string
}

/** The operators' own port: health, metrics, administration. */
export interface OperatorsConfig {
  /** Address to listen on. Beyond loopback a `bearerToken` is required. Default `127.0.0.1`. */
  readonly host?: string
  /** Port. 0 takes a free one. Default 3001. */
  readonly port?: number
  /** At least 32 characters. With one, all but `/livez` and `/readyz` ask for it (RFC 6750). */
  readonly bearerToken?: string
}

/** What is written to standard output. */
export interface LogConfig {
  /** Default `info`, which audit events need. */
  readonly level?: 'info' | 'warn' | 'error'
}

/** Options that a program gives to `createBff` and a configuration cannot. */
type Ports = 'store' | 'log' | 'now' | 'fetch' | 'randomBytes'

/** Everything `coatcheck serve` can be told. */
export interface CoatcheckConfig extends Omit<BffOptions, Ports> {
  readonly store?: StoreConfig
  readonly listen?: ListenConfig
  /**
   * How many proxies in front are ours, 1 to 10: the address of a client is then taken from
   * `X-Forwarded-For`, that many entries from its end. Default: forwarded headers are ignored. Set
   * it only where nobody can reach the port without passing these proxies.
   */
  readonly trustProxy?: number
  readonly static?: StaticConfig
  readonly headers?: HeadersConfig
  readonly operators?: OperatorsConfig
  readonly log?: LogConfig
  /** Seconds a shutdown may take to finish what is under way. Default 15. */
  readonly shutdownSeconds?: number
}

/** A configuration file; what it leaves out may come from the environment. */
export interface CoatcheckConfigFile extends Partial<Omit<CoatcheckConfig, 'provider'>> {
  readonly provider?: Partial<ProviderOptions>
}

/** Gives a configuration file its types; returns what it is given. */
export const defineConfig = (config: CoatcheckConfigFile): CoatcheckConfigFile => config
