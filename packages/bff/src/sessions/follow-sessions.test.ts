import { createMemoryStore } from '@coatcheck/store'
import { expect, test } from 'vitest'
import { defaults } from '../defaults.ts'
import { createSessions } from './create-sessions.ts'
import { followSessions } from './follow-sessions.ts'
import { createSessionIndex } from './session-index.ts'
import { createSessionNews } from './session-news.ts'
import type { SessionRecord } from './session-record.ts'

const createdAt = 1_800_000_000_000
const now = () => createdAt
const log = { info: () => {}, warn: () => {}, error: () => {} }

const record = (sid: string): SessionRecord => ({
  format: 2,
  sid,
  login: {
    issuer: 'https://provider.example',
    subject: 'alice',
    user: { sub: 'alice' },
    createdAt,
    expiresAt: createdAt + 60_000,
  },
  device: {},
  secret: { generation: 1, currentHash: 'hash', since: createdAt },
  tokens: { generation: 1, grant: 'sealed', access: {} },
})

test('B51 a session that had to give way in the list ends, for no logout would find it', async () => {
  const store = createMemoryStore({ now })
  const sessions = followSessions({
    sessions: createSessions({ store, now, idleSeconds: 60 }),
    index: createSessionIndex({ store, now }),
    news: createSessionNews({ store, log }),
    log,
  })
  for (let serial = 0; serial <= defaults.indexedSessions; serial += 1) {
    await sessions.create(record(`sid-${serial}`))
  }
  expect(await sessions.read('sid-0')).toEqual({ kind: 'ended', reason: 'revoked' })
  expect((await sessions.read('sid-1')).kind).toBe('live')
})
