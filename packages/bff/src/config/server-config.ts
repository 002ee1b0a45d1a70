import type { BffOptions } from '../options.ts'
import type { ParsedServerOptions } from './server-schema.ts'

/** The store of a checked configuration. */
export type StoreChoice =
  | { readonly kind: 'sqlite'; readonly path: string; readonly synchronous: 'normal' | 'full' }
  | {
      readonly kind: 'redis'
      readonly url: string
      readonly prefix: string | undefined
      readonly waitReplicas: number
    }

/** A configuration after checking: nothing is left to guess. */
export interface ServerConfig extends Omit<ParsedServerOptions, 'store'> {
  /** What `createBff` is given, but for the ports a program holds. */
  readonly bff: Omit<BffOptions, 'store' | 'log' | 'now' | 'fetch' | 'randomBytes'>
  readonly store: StoreChoice
}
