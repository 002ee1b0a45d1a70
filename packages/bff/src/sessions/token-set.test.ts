import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createSealer } from '../sealing/create-sealer.ts'
import type { SealedTokens, SessionRecord } from './session-record.ts'
import {
  accessKey,
  openAccessToken,
  openGrant,
  openTokenSet,
  sealTokenSet,
  sealTokensAnew,
  type TokenSet,
} from './token-set.ts'

const keyOf = (letter: string) => Buffer.alloc(32, letter).toString('base64url')
const sealerOf = (...letters: readonly string[]) =>
  createSealer({ keys: letters.map(keyOf), purpose: 'token set', randomBytes })
const sealer = sealerOf('a')

const accessToken = (token: string) => ({
  token,
  scope: 'read',
  obtainedAt: 1,
  expiresAt: 2,
  rejectedAt: [1],
})

const tokens: TokenSet = {
  nonce: 'nonce',
  refreshToken: 'the refresh token',
  access: {
    [accessKey('orders', undefined)]: accessToken('for orders'),
    [accessKey('orders', 'read')]: accessToken('to read orders'),
    [accessKey('billing', undefined)]: accessToken('for billing'),
  },
}

const recordOf = (sealed: SealedTokens, sid = 'sid') => ({ sid, tokens: sealed }) as SessionRecord
const sealed = (by = sealer): SealedTokens => ({
  generation: 4,
  ...sealTokenSet(by, 'sid', tokens),
})

test('a token set is opened as it was sealed', () => {
  expect(openTokenSet(sealer, recordOf(sealed()))).toEqual(tokens)
  const none: TokenSet = { nonce: '', access: {} }
  const record = recordOf({ generation: 1, ...sealTokenSet(sealer, 'sid', none) })
  expect(openTokenSet(sealer, record)).toEqual(none)
})

test('B44 nothing of a token set can be read where it is stored', () => {
  const text = JSON.stringify(sealed())
  const secrets = ['the refresh token', ...Object.values(tokens.access).map(({ token }) => token)]
  for (const secret of secrets) {
    expect(text).not.toContain(secret)
    expect(text).not.toContain(Buffer.from(secret).toString('base64url').slice(0, 12))
  }
})

test('one access token is opened by its resource and scope', () => {
  const record = recordOf(sealed())
  const open = (resource: string, scope?: string) =>
    openAccessToken(sealer, record, { resource, scope })?.token
  expect(open('orders')).toBe('for orders')
  expect(open('orders', 'read')).toBe('to read orders')
  expect(open('billing')).toBe('for billing')
  for (const name of ['billing read', 'shipping', '__proto__', 'constructor', 'toString', '']) {
    expect(open(name), name).toBeUndefined()
  }
})

test('what is asked for is opened and nothing else', () => {
  const { access, ...rest } = sealed()
  const record = recordOf({ ...rest, grant: 'spoilt', access: { ...access, billing: 'spoilt' } })
  expect(openAccessToken(sealer, record, { resource: 'orders', scope: undefined })?.token).toBe(
    'for orders',
  )
  expect(() => openAccessToken(sealer, record, { resource: 'billing', scope: undefined })).toThrow(
    'No sealing key opens this session.',
  )
  expect(() => openTokenSet(sealer, record)).toThrow('No sealing key opens this session.')
})

test('the grant is opened without the access tokens, so that one spoilt costs no revocation', () => {
  const { access, ...rest } = sealed()
  const { refreshToken, nonce } = tokens
  const record = recordOf({ ...rest, access: { ...access, orders: 'spoilt' } })
  expect(openGrant(sealer, record)).toEqual({ refreshToken, nonce })
})

test('B44 a sealed token opens in no other place of its session, and in no other session', () => {
  const { generation, grant, access } = sealed()
  const { orders = '', billing = '' } = access
  const narrow = access['orders read'] ?? ''
  const moved: readonly SealedTokens[] = [
    { generation, grant, access: { orders: billing } },
    { generation, grant, access: { orders: narrow } },
    { generation, grant, access: { orders: grant } },
    { generation, grant: orders, access: {} },
  ]
  for (const [index, set] of moved.entries()) {
    expect(() => openTokenSet(sealer, recordOf(set)), String(index)).toThrow()
  }
  expect(() => openTokenSet(sealer, recordOf({ generation, grant, access: {} }, 'other'))).toThrow()
  const elsewhere = recordOf({ generation, grant, access }, 'other')
  expect(() =>
    openAccessToken(sealer, elsewhere, { resource: 'orders', scope: undefined }),
  ).toThrow()
})

test('B53 every part that an older key sealed is sealed anew, and no other', () => {
  const [old, rolling, latest] = [sealerOf('a'), sealerOf('b', 'a'), sealerOf('b')]
  const before = sealed(old)
  const after = sealTokensAnew(rolling, recordOf(before))
  expect(after?.generation).toBe(before.generation)
  expect(after && openTokenSet(latest, recordOf(after))).toEqual(tokens)
  expect(after && sealTokensAnew(rolling, recordOf(after))).toBeUndefined()
  expect(sealTokensAnew(old, recordOf(before))).toBeUndefined()

  const fresh = sealed(latest)
  const { orders = '' } = before.access
  const mixed = { ...fresh, access: { ...fresh.access, orders } }
  const mended = sealTokensAnew(rolling, recordOf(mixed))
  expect(mended?.grant).toBe(fresh.grant)
  expect(mended?.access.billing).toBe(fresh.access.billing)
  expect(mended && openTokenSet(latest, recordOf(mended))).toEqual(tokens)

  const oldGrant = sealTokensAnew(rolling, recordOf({ ...fresh, grant: before.grant }))
  expect(oldGrant?.access).toEqual(fresh.access)
  expect(oldGrant && openTokenSet(latest, recordOf(oldGrant))).toEqual(tokens)
})
