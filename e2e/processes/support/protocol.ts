/** Where a process keeps what it shares with the others. */
export type StorePlace =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'redis'; readonly url: string }

/** What a process is told at its start. */
export interface BffProcessOptions {
  readonly issuer: string
  readonly publicUrl: string
  readonly clientSecret: string
  readonly store: StorePlace
  /** How long the provider may take to answer, in milliseconds. */
  readonly timeoutMs: number
}

/** Where a process stops on its way through a renewal until it is told to go on. */
export type HoldingPoint =
  /** It has the right to renew and does not yet know where the provider is. */
  | 'discovery'
  /** Its request is about to leave. */
  | 'before-call'
  /** The provider has answered and rotated, nothing is stored. */
  | 'after-answer'
  /** As after an answer, but the provider was never asked: the answer is made up. */
  | 'forged-answer'

/** What the test tells a process. */
export type ToProcess =
  /** Its clock is to run ahead of the machine's by that much. */
  | { readonly kind: 'set-clock'; readonly aheadMs: number }
  /** From now on everyone who asks for a lease gets it, as if there were none. */
  | { readonly kind: 'ignore-leases' }
  | { readonly kind: 'hold'; readonly at: HoldingPoint }
  | { readonly kind: 'go-on' }

/** What a process tells the test. */
export type FromProcess =
  | { readonly kind: 'ready'; readonly port: number }
  /** It has done as it was told. */
  | { readonly kind: 'done' }
  /** `refreshToken`: the one the provider has just issued. */
  | { readonly kind: 'held'; readonly refreshToken?: string }
