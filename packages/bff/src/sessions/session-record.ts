import type { SessionEndReason, UserClaims } from '@coatcheck/wire'
import type { SessionDevice } from './device.ts'

/** What the login established; never changes while the session lives. */
export interface LoginFacts {
  readonly issuer: string
  readonly subject: string
  /** Session identifier at the provider (OpenID Connect Back-Channel Logout, section 2.1). */
  readonly providerSid?: string
  /** The claims the app may see. */
  readonly user: UserClaims
  /** Epoch seconds. */
  readonly authTime?: number
  readonly acr?: string
  /** Epoch milliseconds. */
  readonly createdAt: number
  /** The absolute limit, epoch milliseconds. */
  readonly expiresAt: number
}

/**
 * The secrets that stand for a session, by their base64url SHA-256; `generation` grows by one with
 * every change. A successor counts from its first use on, and until then everyone who brings the
 * current secret receives the same one.
 */
export interface SessionSecret {
  readonly generation: number
  readonly currentHash: string
  /** When the current secret became the current one, epoch milliseconds. */
  readonly since: number
  /** The successor, handed out and not used yet. */
  readonly child?: {
    readonly hash: string
    /** The secret itself, sealed. */
    readonly sealed: string
    /** Epoch milliseconds. */
    readonly issuedAt: number
  }
  /** The forerunner. */
  readonly former?: {
    readonly hash: string
    /** When it stops being accepted, epoch milliseconds. */
    readonly until: number
  }
}

/** The token set, each part sealed by itself; `generation` grows by one with every change. */
export interface SealedTokens {
  readonly generation: number
  /** What stays here: the refresh token and what belongs to it. */
  readonly grant: string
  /** Access tokens by `accessKey`: the one that is asked for is opened, and no other. */
  readonly access: Readonly<Record<string, string>>
}

/**
 * One session, stored under one key. Its parts change independently of one another, each counted by
 * its own generation. The idle limit is the expiry of the stored entry.
 */
export interface SessionRecord {
  readonly format: 2
  readonly sid: string
  readonly login: LoginFacts
  /** Where it was made; never changes. */
  readonly device: SessionDevice
  readonly secret: SessionSecret
  readonly tokens: SealedTokens
}

/** What is left of an ended session, so that expired and revoked can be told from unknown. */
export interface Tombstone {
  readonly format: 2
  readonly sid: string
  readonly ended: {
    readonly reason: SessionEndReason
    readonly at: number
    /** Random; by it whoever wrote this knows it again when the store's answer was lost. */
    readonly mark: string
  }
}

export type StoredSession = SessionRecord | Tombstone

export const isTombstone = (stored: StoredSession): stored is Tombstone => 'ended' in stored

/** What {@link formatStoredSession} writes first; the sealed tokens follow, a line each. */
interface Head extends Omit<SessionRecord, 'tokens'> {
  readonly tokens: { readonly generation: number; readonly access: readonly string[] }
}

/** As text. The sealed tokens, most of its length, stand outside of the JSON, to be parsed by nobody. */
export const formatStoredSession = (stored: StoredSession): string => {
  if (isTombstone(stored)) return JSON.stringify(stored)
  const { generation, grant, access } = stored.tokens
  const head: Head = { ...stored, tokens: { generation, access: Object.keys(access) } }
  return [JSON.stringify(head), grant, ...Object.values(access)].join('\n')
}

const withTokens = (head: Head, [grant = '', ...sealed]: readonly string[]): SessionRecord => {
  const { generation, access } = head.tokens
  const byKey = Object.fromEntries(access.map((key, index) => [key, sealed[index] ?? '']))
  return { ...head, tokens: { generation, grant, access: byKey } }
}

/** Reads what {@link formatStoredSession} wrote; another format is an unknown session. */
export const parseStoredSession = (value: string): StoredSession | undefined => {
  const [first = '', ...sealed] = value.split('\n')
  const parsed: unknown = JSON.parse(first)
  const isOurs = typeof parsed === 'object' && parsed !== null && 'format' in parsed
  if (!isOurs || parsed.format !== 2) return undefined
  const stored = parsed as Head | Tombstone
  return 'ended' in stored ? stored : withTokens(stored, sealed)
}
