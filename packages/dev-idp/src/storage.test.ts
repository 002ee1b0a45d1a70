import { expect, test } from 'vitest'
import { createStorage } from './storage.ts'

const setUp = () => {
  let at = 1_000_000
  const storage = createStorage({ now: () => at, reused: () => new Error('reused') })
  return { storage, advance: (seconds: number) => (at += seconds * 1000) }
}

test('an entry is there until it expires, and a copy of what was stored', async () => {
  const { storage, advance } = setUp()
  const tokens = storage.adapter('AccessToken')
  const payload = { kind: 'AccessToken', extra: { roles: ['user'] } }
  await tokens.upsert('a', payload, 10)
  payload.extra.roles.push('admin')
  expect(await tokens.find('a')).toEqual({ kind: 'AccessToken', extra: { roles: ['user'] } })
  advance(9.999)
  expect(await tokens.find('a')).toBeDefined()
  advance(0.001)
  expect(await tokens.find('a')).toBeUndefined()
})

test('expired entries go away without being asked for, live ones stay however many there are', async () => {
  const { storage, advance } = setUp()
  const tokens = storage.adapter('AccessToken')
  await tokens.upsert('keeper', { kind: 'AccessToken' }, 3600)
  for (let index = 0; index < 5_000; index += 1) {
    await tokens.upsert(`t${index}`, { kind: 'AccessToken', grantId: `g${index}` }, 30)
  }
  expect(await tokens.find('t0')).toBeDefined()
  expect(storage.size()).toBe(5_001)
  advance(61)
  await tokens.upsert('newest', { kind: 'AccessToken' }, 30)
  expect(storage.size()).toBe(2)
  expect(await tokens.find('keeper')).toBeDefined()
})

test('models do not share ids', async () => {
  const { storage } = setUp()
  await storage.adapter('AccessToken').upsert('same', { kind: 'AccessToken' }, 10)
  expect(await storage.adapter('RefreshToken').find('same')).toBeUndefined()
})

test.each(['AuthorizationCode', 'RefreshToken'])(
  'a second use of one %s fails and kills its grant',
  async (model) => {
    const { storage } = setUp()
    await storage.adapter('Grant').upsert('g', { kind: 'Grant', jti: 'g' }, 10)
    await storage.adapter(model).upsert('a', { kind: model, grantId: 'g' }, 10)
    await storage.adapter('AccessToken').upsert('b', { kind: 'AccessToken', grantId: 'g' }, 10)
    const uses = await Promise.allSettled([1, 2].map(() => storage.adapter(model).consume('a')))
    expect(uses.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(await storage.adapter('Grant').find('g')).toBeUndefined()
    expect(await storage.adapter('AccessToken').find('b')).toBeUndefined()
  },
)

test('a grant bound to a login is dead when the login ends or expires', async () => {
  const { storage, advance } = setUp()
  const grants = storage.adapter('Grant')
  const sessions = storage.adapter('Session')
  await sessions.upsert('cookie', { kind: 'Session', uid: 'u', accountId: 'alice' }, 100)
  await grants.upsert('g', { kind: 'Grant', jti: 'g' }, 1000)
  await grants.upsert('free', { kind: 'Grant', jti: 'free' }, 1000)
  storage.bindGrant('g', 'u')
  advance(99)
  expect(await grants.find('g')).toBeDefined()
  advance(1)
  expect(await grants.find('g')).toBeUndefined()
  expect(await grants.find('free')).toBeDefined()
})

test('a login that changes its id does not lose its grants in between', async () => {
  const { storage } = setUp()
  const grants = storage.adapter('Grant')
  const sessions = storage.adapter('Session')
  await sessions.upsert('one', { kind: 'Session', uid: 'u', accountId: 'alice' }, 100)
  await grants.upsert('g', { kind: 'Grant', jti: 'g' }, 1000)
  storage.bindGrant('g', 'u')
  await sessions.destroy('one')
  expect(await grants.find('g')).toBeDefined()
  await sessions.upsert('two', { kind: 'Session', uid: 'u', accountId: 'alice' }, 100)
  expect(await sessions.findByUid('u')).toMatchObject({ accountId: 'alice' })
  expect(storage.sessionsOf('alice')).toHaveLength(1)
  storage.endSession('u')
  expect(await grants.find('g')).toBeUndefined()
  expect(await sessions.find('two')).toBeUndefined()
})

test('revokeGrants ends the grants of the filter with everything issued under them', async () => {
  const { storage } = setUp()
  const grants = storage.adapter('Grant')
  const tokens = storage.adapter('RefreshToken')
  for (const [id, accountId, clientId] of [
    ['1', 'alice', 'app'],
    ['2', 'alice', 'other'],
    ['3', 'bob', 'app'],
  ] as const) {
    await grants.upsert(id, { kind: 'Grant', jti: id, accountId, clientId }, 100)
    await tokens.upsert(id, { kind: 'RefreshToken', grantId: id }, 100)
  }
  expect(storage.revokeGrants({ sub: 'alice', clientId: 'app' })).toBe(1)
  expect(await tokens.find('1')).toBeUndefined()
  expect(await tokens.find('2')).toBeDefined()
  expect(storage.revokeGrants({})).toBe(2)
  expect(storage.size()).toBe(0)
})
