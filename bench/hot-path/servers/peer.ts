import { optionsOfParent } from '../../lib/child.ts'

/** What a peer is told at its start. */
export interface PeerOptions {
  readonly redisUrl: string
  /** What stands before the sid in the key of a session. */
  readonly keyPrefix: string
  /** Its cookies are signed with it. */
  readonly signingKey: string
  readonly sealingKey: string
  /** An answer of the BFF. */
  readonly answer: Readonly<Record<string, unknown>>
  /** Whether koa-session moves the session's end with every request. */
  readonly idleLimit: 'fixed' | 'rolling'
}

export const peerOptions = (): PeerOptions => optionsOfParent<PeerOptions>()
