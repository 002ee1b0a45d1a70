import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Sealer } from '../../packages/bff/src/sealing/create-sealer.ts'
import { formatStoredSession } from '../../packages/bff/src/sessions/session-record.ts'
import {
  openTokenSet,
  sealTokenSet,
  type TokenSet,
} from '../../packages/bff/src/sessions/token-set.ts'
import { headOf, recordOf } from './record.ts'
import { createTokenSealer } from './token-sealer.ts'

const storePrefix = 'coatcheck:'
export const sessionPrefix: string = `${storePrefix}session:`

interface StoredEntry {
  readonly key: string
  readonly text: string
  /** Milliseconds. */
  readonly ttl: number
}

/** What one login left in Redis: its session and the index entry that leads to it. */
export interface Template {
  readonly sid: string
  readonly session: StoredEntry
  readonly index: StoredEntry
  readonly tokens: TokenSet
  readonly sealer: Sealer
}

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')

/** The sid of the n-th copy. */
export const sidOf = (index: number): string => digest(`session ${index}`).slice(0, 22)

const readOnly = async (redis: Redis, pattern: string): Promise<StoredEntry> => {
  const [key, ...others] = await redis.keys(`${storePrefix}${pattern}`)
  const text = key === undefined ? null : await redis.get(key)
  if (key === undefined || text === null || others.length > 0) {
    throw new Error(`The login left no single ${pattern}.`)
  }
  return { key, text, ttl: await redis.pttl(key) }
}

/** Reads what the first login of an empty server left there. */
export const readTemplate = async (redis: Redis, sealingKey: string): Promise<Template> => {
  const sealer = createTokenSealer(sealingKey)
  const session = await readOnly(redis, 'session:*')
  const record = recordOf(session.text)
  const index = await readOnly(redis, 'subject:*')
  return { sid: record.sid, session, index, tokens: openTokenSet(sealer, record), sealer }
}

/** The same session under another sid, its tokens sealed for that one. */
const sealFor = ({ session, tokens, sealer }: Template, sid: string): string => {
  const record = recordOf(session.text)
  const { generation } = record.tokens
  const sealed = { generation, ...sealTokenSet(sealer, sid, tokens) }
  return headOf(session.text) + formatStoredSession({ ...record, sid, tokens: sealed })
}

/** How many sessions are sent in one go. */
const batch = 500

export interface Population {
  readonly sessions: number
  /** Every how-manieth session is asked for, and therefore sealed for its own sid. */
  readonly every: number
}

/** Copies the template, each of another user, under keys and sids of their own. */
export const populate = async (
  redis: Redis,
  template: Template,
  { sessions, every }: Population,
): Promise<void> => {
  const { session, index } = template
  for (let first = 0; first < sessions; first += batch) {
    const pipeline = redis.pipeline()
    for (let number = first; number < Math.min(first + batch, sessions); number += 1) {
      const sid = sidOf(number)
      const isAsked = number % every === 0
      const own = isAsked ? sealFor(template, sid) : session.text.replace(template.sid, sid)
      pipeline.set(sessionPrefix + sid, own, 'PX', session.ttl)
      const indexKey = `${storePrefix}subject:${digest(`user ${number}`)}`
      pipeline.set(indexKey, index.text.replace(template.sid, sid), 'PX', index.ttl)
    }
    await pipeline.exec()
  }
}

/** Bytes of one session in Redis. */
export interface SessionBytes {
  readonly record: number
  readonly index: number
}

export const measureBytes = async (
  redis: Redis,
  { session, index }: Template,
): Promise<SessionBytes> => ({
  record: (await redis.memory('USAGE', session.key)) ?? 0,
  index: (await redis.memory('USAGE', index.key)) ?? 0,
})
