import { expect, test } from 'vitest'
import {
  formatStoredSession,
  parseStoredSession,
  type SealedTokens,
  type SessionRecord,
} from './session-record.ts'

const recordWith = (tokens: SealedTokens): SessionRecord => ({
  format: 2,
  sid: 'sid',
  login: {
    issuer: 'https://provider.example',
    subject: 'alice',
    user: { sub: 'alice', name: 'Line\none and "two" 🧥' },
    createdAt: 1,
    expiresAt: 2,
  },
  device: { browser: 'Firefox' },
  secret: { generation: 3, currentHash: 'hash', since: 1 },
  tokens,
})

const keys = ['orders', 'orders read', 'a\nb', '__proto__', 'constructor', 'toString', '0', '']

test('a session is read as it was written, whatever its tokens are called', () => {
  for (const count of keys.keys()) {
    const access = Object.fromEntries(
      keys.slice(0, count).map((key) => [key, `sealed ${key.length}`]),
    )
    const record = recordWith({ generation: 7, grant: 'sealed grant', access })
    expect(parseStoredSession(formatStoredSession(record)), String(count)).toEqual(record)
  }
})

test('the sealed tokens are no part of the JSON', () => {
  const access = { orders: 'sealed-orders', billing: 'sealed-billing' }
  const text = formatStoredSession(recordWith({ generation: 1, grant: 'sealed-grant', access }))
  const [head = '', ...lines] = text.split('\n')
  expect(lines).toEqual(['sealed-grant', 'sealed-orders', 'sealed-billing'])
  expect(head).not.toContain('sealed-')
})

test('a tombstone is read as it was written', () => {
  const tombstone = {
    format: 2,
    sid: 'sid',
    ended: { reason: 'logout', at: 5, mark: 'm' },
  } as const
  expect(parseStoredSession(formatStoredSession(tombstone))).toEqual(tombstone)
})

test('what another version has written is an unknown session', () => {
  const texts = [
    '{"format":1,"sid":"sid","tokens":{"generation":1,"sealed":"x"}}',
    '{"format":3,"sid":"sid"}\nx',
    '{"format":"2"}',
    '{}',
    'null',
    '2',
    '"2"',
    '[2]',
  ]
  for (const text of texts) expect(parseStoredSession(text), text).toBeUndefined()
})

test('a record that was cut short has empty places, which no key opens', () => {
  const record = recordWith({ generation: 1, grant: 'grant', access: { orders: 'orders' } })
  const [head = ''] = formatStoredSession(record).split('\n')
  expect(parseStoredSession(head)).toMatchObject({ tokens: { grant: '', access: { orders: '' } } })
})
