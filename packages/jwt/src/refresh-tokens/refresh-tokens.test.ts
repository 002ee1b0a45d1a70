import { createMemoryStore, type Store } from '@coatcheck/store'
import { expect, test } from 'vitest'
import type { DenyList } from '../deny-list.ts'
import { JwtError } from '../errors.ts'
import {
  client,
  createFamilyHarness,
  pairOf,
  subject,
  verdictOf,
} from '../testing/refresh/family-harness.ts'
import { misconfiguration } from '../testing/refusal.ts'
import { createRefreshTokens } from './create-refresh-tokens.ts'

/** A store that tells everything that was ever written to it. */
const createWatchedStore = () => {
  const store = createMemoryStore()
  const written: string[] = []
  const watched: Store = {
    ...store,
    put: (key, next) => {
      written.push(key, next.value)
      return store.put(key, next)
    },
    swap: (key, version, next) => {
      written.push(key, next.value)
      return store.swap(key, version, next)
    },
  }
  return { store: watched, written }
}

test('J70 a refresh token is an opaque text of more than 256 random bits, each another one', async () => {
  const { issue, next } = createFamilyHarness()
  const tokens = new Set<string>()
  const secrets = new Set<string>()
  for (let login = 0; login < 100; login += 1) {
    const { token } = await issue()
    for (const text of [token, (await next(token)).token]) {
      tokens.add(text)
      secrets.add(Buffer.from(text, 'base64url').subarray(16, 48).toString('hex'))
      expect(text).toMatch(/^[\w-]{86}$/)
    }
  }
  expect([tokens.size, secrets.size]).toEqual([200, 200])
})

test('J70 after a hundred logins and refreshes the store holds no token in any spelling', async () => {
  const { store, written } = createWatchedStore()
  const { issue, next } = createFamilyHarness({ store })
  const issued: string[] = []
  for (let login = 0; login < 100; login += 1) {
    const first = await issue()
    const second = await next(first.token)
    const third = await next(second.token)
    for (const pair of [first, second, third])
      issued.push(pair.token, pair.accessToken?.token ?? '')
  }
  const dump = written.join('\n')
  expect(dump.length).toBeGreaterThan(100_000)
  for (const token of issued) {
    const octets = Buffer.from(token, 'base64url')
    const secret = octets.subarray(16)
    const spellings = [
      token,
      encodeURIComponent(token),
      Buffer.from(token).toString('base64').slice(0, -4),
      Buffer.from(token).toString('base64url').slice(0, -4),
      Buffer.from(token).toString('hex'),
      octets.toString('hex'),
      secret.toString('hex'),
      secret.toString('base64'),
      secret.toString('base64url'),
    ]
    for (const spelling of spellings.filter((text) => text.length > 7)) {
      expect(dump).not.toContain(spelling)
    }
  }
})

test('J70 no error and no event holds a token', async () => {
  const harness = createFamilyHarness()
  const { token } = await harness.issue()
  const second = await harness.next(token)
  await harness.next(second.token)
  harness.advance(31)
  await harness.rotate(token, { clientId: 'other' })
  await harness.rotate(token)
  expect(harness.events.length).toBe(2)
  const text = JSON.stringify(harness.events)
  expect(text).not.toContain(token.slice(22))
  expect(text).not.toContain(second.token.slice(22))
})

test('J71 each use replaces the token, and each successor works', async () => {
  const { issue, rotate } = createFamilyHarness()
  let { token } = await issue()
  const seen = new Set([token])
  for (let use = 0; use < 50; use += 1) {
    const outcome = await rotate(token)
    expect(outcome.kind).toBe('rotated')
    token = pairOf(outcome).token
    seen.add(token)
  }
  expect(seen.size).toBe(51)
})

test('J71 the parent is refused once its successor was used and the grace has passed', async () => {
  const { issue, next, rotate, advance } = createFamilyHarness({ graceSeconds: 30 })
  const { token } = await issue()
  const second = await next(token)
  await next(second.token)
  advance(30)
  expect(verdictOf(await rotate(token))).toBe('reused')
})

test('J71 without grace the parent is refused as soon as its successor was used', async () => {
  const { issue, next, rotate } = createFamilyHarness({ graceSeconds: 0 })
  const { token } = await issue()
  const second = await next(token)
  expect(verdictOf(await rotate(token))).toBe('repeated')
  await next(second.token)
  expect(verdictOf(await rotate(token))).toBe('reused')
})

test('J72 the parent after the grace ends the family, its access tokens, and is an event', async () => {
  const harness = createFamilyHarness({ graceSeconds: 30 })
  const first = await harness.issue()
  const second = await harness.next(first.token)
  const third = await harness.next(second.token)
  harness.advance(31)
  expect(await harness.isDenied(third)).toBe(false)
  expect(verdictOf(await harness.rotate(first.token))).toBe('reused')
  for (const pair of [first, second, third]) {
    expect(verdictOf(await harness.rotate(pair.token))).toBe('revoked')
    expect(await harness.isDenied(pair)).toBe(true)
  }
  const about = { familyId: first.grant.familyId, subject, clientId: client }
  expect(harness.events).toEqual([{ type: 'family_revoked', reason: 'reused', ...about }])
})

test('J72 a token older than the parent ends the family even within the grace', async () => {
  const { issue, next, rotate } = createFamilyHarness()
  const first = await issue()
  const second = await next(first.token)
  const third = await next(second.token)
  await next(third.token)
  expect(verdictOf(await rotate(first.token))).toBe('reused')
  expect(verdictOf(await rotate(third.token))).toBe('revoked')
})

test('J72 reuse ends one family, not the others of the same user', async () => {
  const harness = createFamilyHarness({ graceSeconds: 0 })
  const [stolen, other] = [await harness.issue(), await harness.issue()]
  await harness.next((await harness.next(stolen.token)).token)
  expect(verdictOf(await harness.rotate(stolen.token))).toBe('reused')
  expect(verdictOf(await harness.rotate(other.token))).toBe('rotated')
  expect(await harness.isDenied(other)).toBe(false)
})

test('J72 a made-up token for a known family ends nothing', async () => {
  const { issue, rotate, next, events } = createFamilyHarness()
  const { token } = await issue()
  const octets = Buffer.from(token, 'base64url')
  for (let bit = 128; bit < octets.length * 8; bit += 1) {
    const forged = Buffer.from(octets)
    forged.writeUInt8(forged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    expect(verdictOf(await rotate(forged.toString('base64url')))).toBe('unknown')
  }
  expect(events).toEqual([])
  await next(token)
})

test('J72 with the deny list down the family has ended all the same, and the failure is an event', async () => {
  let isDown = true
  const denied: string[] = []
  const denyList: DenyList = {
    denyToken: async ({ jwtId }) => {
      if (isDown) throw new JwtError('deny_list_unavailable', 'down')
      denied.push(jwtId)
    },
    denySubject: async () => undefined,
    check: async () => undefined,
  }
  const { issue, next, rotate, events } = createFamilyHarness({ denyList, graceSeconds: 0 })
  const first = await issue()
  await next((await next(first.token)).token)
  expect(verdictOf(await rotate(first.token))).toBe('reused')
  expect(events.map(({ type }) => type)).toEqual(['family_revoked', 'denial_failed'])
  expect(verdictOf(await rotate(first.token))).toBe('revoked')
  expect([events.length, denied]).toEqual([3, []])
  isDown = false
  // Whoever comes next makes up for it, once.
  expect(verdictOf(await rotate(first.token))).toBe('revoked')
  expect(denied.toSorted()).toEqual(['jti-1', 'jti-2', 'jti-3'])
  expect(verdictOf(await rotate(first.token))).toBe('revoked')
  expect([events.length, denied.length]).toEqual([3, 3])
})

test('J72 more access tokens than are remembered one by one are denied by their subject', async () => {
  const cutOffs: unknown[] = []
  const denied: string[] = []
  const denyList: DenyList = {
    denyToken: async ({ jwtId }) => {
      denied.push(jwtId)
    },
    denySubject: async (input) => {
      cutOffs.push(input)
    },
    check: async () => undefined,
  }
  const { issue, next, refreshTokens, advance } = createFamilyHarness({ denyList })
  let { token, grant } = await issue()
  for (let use = 0; use < 64; use += 1) {
    advance(1)
    token = (await next(token)).token
  }
  expect(await refreshTokens.revokeFamily(grant.familyId)).toBe(true)
  expect(denied.length).toBe(64)
  expect(denied).not.toContain('jti-1')
  expect(cutOffs).toEqual([{ issuer: 'https://issuer.example', subject }])
})

test('J72 dead access tokens are forgotten', async () => {
  const { store, issue, next, advance } = createFamilyHarness()
  let { token, grant } = await issue()
  for (let use = 0; use < 30; use += 1) {
    advance(311)
    token = (await next(token)).token
  }
  const record = JSON.parse((await store.get(`refresh-family:${grant.familyId}`))?.value ?? '{}')
  expect(record.accessTokens.list.length).toBe(1)
})

test('J73 of fifty parallel uses one wins, all receive the same pair, and it works', async () => {
  const { issue, rotate, next, events } = createFamilyHarness()
  const { token } = await issue()
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => rotate(token)))
  expect(outcomes.filter(({ kind }) => kind === 'rotated').length).toBe(1)
  expect(outcomes.filter(({ kind }) => kind === 'repeated').length).toBe(49)
  const pairs = new Set(
    outcomes.map(pairOf).map((pair) => `${pair.token} ${pair.accessToken?.token}`),
  )
  expect(pairs.size).toBe(1)
  await next(pairOf(outcomes[0] as never).token)
  expect(events).toEqual([])
})

test('J73 a retry after a lost answer yields the same successor, a day later too', async () => {
  const { issue, rotate, next, advance } = createFamilyHarness({ idleSeconds: 172_800 })
  const { token } = await issue()
  const lost = await next(token)
  advance(1)
  expect(await next(token)).toEqual({ ...lost, kind: 'repeated' })
  advance(86_400)
  const late = await rotate(token)
  expect(late.kind).toBe('repeated')
  expect(pairOf(late).token).toBe(lost.token)
  // The access token of yesterday is of no use; the branch is the same.
  expect(pairOf(late).accessToken?.jwtId).not.toBe(lost.accessToken?.jwtId)
  expect(pairOf(await rotate(token)).accessToken).toEqual(pairOf(late).accessToken)
})

test('J73 a loser within the grace gets the successor that is in use, a loser after it ends the family', async () => {
  const { issue, rotate, next, advance } = createFamilyHarness({ graceSeconds: 30 })
  const { token } = await issue()
  const second = await next(token)
  const third = await next(second.token)
  advance(29)
  const loser = await rotate(token)
  expect([loser.kind, pairOf(loser).token]).toEqual(['repeated', second.token])
  // What the loser got leads back to the one line there is.
  expect((await next(second.token)).token).toBe(third.token)
  advance(1)
  expect(verdictOf(await rotate(token))).toBe('reused')
  expect(verdictOf(await rotate(third.token))).toBe('revoked')
})

test('J73 repeated answers read the store and write nothing', async () => {
  const { store, written } = createWatchedStore()
  const { issue, rotate, next } = createFamilyHarness({ store })
  const { token } = await issue()
  await next(token)
  written.splice(0)
  for (let retry = 0; retry < 10; retry += 1) expect((await rotate(token)).kind).toBe('repeated')
  expect(written).toEqual([])
})

test('J73 a process that dies between its write and its answer costs nothing', async () => {
  const store = createMemoryStore()
  let isDying = false
  const dying: Store = {
    ...store,
    swap: async (key, version, next) => {
      const done = await store.swap(key, version, next)
      if (isDying) throw new Error('killed')
      return done
    },
  }
  const { issue, rotate, next, events } = createFamilyHarness({ store: dying })
  const { token } = await issue()
  isDying = true
  await expect(rotate(token)).rejects.toMatchObject({ code: 'store_unavailable' })
  isDying = false
  const retried = await rotate(token)
  expect(retried.kind).toBe('repeated')
  await next(pairOf(retried).token)
  expect(events).toEqual([])
})

test('J73 an access token that cannot be made leaves the family as it was', async () => {
  const { issue, refreshTokens, rotate } = createFamilyHarness()
  const { token } = await issue()
  const fault = new Error('no key')
  const makeAccessToken = () => Promise.reject(fault)
  await expect(refreshTokens.rotate({ token, clientId: client, makeAccessToken })).rejects.toBe(
    fault,
  )
  expect(verdictOf(await rotate(token))).toBe('rotated')
})

test('J74 a family refreshed every ten minutes ends at its absolute limit to the second', async () => {
  const { store, issue, next, rotate, advance } = createFamilyHarness({ absoluteSeconds: 28_800 })
  let { token, grant } = await issue()
  for (let minutes = 10; minutes < 480; minutes += 10) {
    advance(600)
    token = (await next(token)).token
  }
  advance(599)
  token = (await next(token)).token
  // The store drops the family at that instant too, late refreshes or not.
  const entry = await store.get(`refresh-family:${grant.familyId}`)
  expect(entry?.expiresAt).toBe(grant.expiresAt)
  advance(1)
  expect(['unknown', 'expired']).toContain(verdictOf(await rotate(token)))
})

test('J74 a family that rests for the idle limit is gone, one second less and it lives', async () => {
  const { issue, next, rotate, advance } = createFamilyHarness({ idleSeconds: 3_600 })
  let { token } = await issue()
  for (let hour = 0; hour < 5; hour += 1) {
    advance(3_599)
    token = (await next(token)).token
  }
  advance(3_600)
  expect(['unknown', 'expired']).toContain(verdictOf(await rotate(token)))
})

test('J74 a store whose clock is late does not lengthen a family', async () => {
  const { issue, rotate, advance } = createFamilyHarness({
    store: createMemoryStore({ now: () => 0 }),
    idleSeconds: 60,
  })
  const { token } = await issue()
  advance(60)
  expect(verdictOf(await rotate(token))).toBe('expired')
})

test('J75 another client is refused, which is an event, and the owner goes on', async () => {
  const { issue, rotate, events } = createFamilyHarness()
  const { token, grant } = await issue()
  for (const clientId of ['other', '', 'WEB', 'web ', undefined, null, ['web'], { web: 1 }]) {
    const outcome = await rotate(token, { clientId: clientId as never })
    expect(outcome).toEqual({ kind: 'refused', reason: 'client_mismatch' })
  }
  expect(events[0]).toEqual({
    type: 'client_mismatch',
    familyId: grant.familyId,
    subject,
    clientId: client,
  })
  expect(verdictOf(await rotate(token))).toBe('rotated')
})

test.each([
  ['one more', 'orders:read admin'],
  ['another one', 'admin'],
  ['a part of a word', 'orders'],
  ['another case', 'ORDERS:READ'],
  ['a list with one more', ['orders:read', 'admin']],
  ['a tab between', 'orders:read\torders:write'],
  ['a quotation mark', '"orders:read"'],
  ['an object', { scope: 'orders:read' }],
  ['a number in a list', [1]],
  ['nothing that is something', null],
] as const)('J75 a wider scope is refused and uses nothing up: %s', async (_name, scope) => {
  const { issue, rotate } = createFamilyHarness()
  const { token } = await issue()
  const refusal = await rotate(token, { scope: scope as never })
  const expected = scope === null ? 'rotated' : 'scope_exceeded'
  expect(verdictOf(refusal)).toBe(expected)
  if (scope !== null) expect(verdictOf(await rotate(token))).toBe('rotated')
})

test('J75 a narrower scope narrows the access token and not the grant', async () => {
  const { issue, rotate, next } = createFamilyHarness()
  const { token } = await issue()
  const narrow = pairOf(await rotate(token, { scope: 'orders:read' }))
  expect(narrow.scope).toEqual(['orders:read'])
  expect(narrow.accessToken?.token).toBe('access 2 orders:read')
  expect(verdictOf(await rotate(narrow.token, { scope: 'orders:read admin' }))).toBe(
    'scope_exceeded',
  )
  expect((await next(narrow.token)).scope).toEqual(['orders:read', 'orders:write'])
})

test('J75 parallel uses with different scopes share one successor and get what each asked for', async () => {
  const { issue, rotate } = createFamilyHarness()
  const { token } = await issue()
  const scopes = ['orders:read', 'orders:write', undefined]
  const outcomes = await Promise.all(
    scopes.map((scope) => rotate(token, scope === undefined ? {} : { scope })),
  )
  const pairs = outcomes.map(pairOf)
  expect(new Set(pairs.map((pair) => pair.token)).size).toBe(1)
  expect(pairs.map(({ scope }) => scope.join(' '))).toEqual([
    'orders:read',
    'orders:write',
    'orders:read orders:write',
  ])
  for (const { accessToken, scope } of pairs) expect(accessToken?.token).toContain(scope.join(' '))
})

test('J75 another API than granted is refused, fewer are served', async () => {
  const { issue, rotate, next } = createFamilyHarness()
  const [orders, users] = ['https://orders.example', 'https://users.example']
  const { token } = await issue({ resource: [orders, users] })
  for (const resource of ['https://admin.example', [orders, 'https://admin.example'], [1]]) {
    const outcome = await rotate(token, { resource: resource as never })
    expect(verdictOf(outcome)).toBe('resource_exceeded')
  }
  const narrow = pairOf(await rotate(token, { resource: users }))
  expect(narrow.resource).toEqual([users])
  expect((await next(narrow.token)).resource).toEqual([orders, users])
})

test('J75 a family bound to a DPoP key is refused without it and with another', async () => {
  const { issue, rotate } = createFamilyHarness()
  const { token } = await issue({ jkt: 'thumbprint-of-the-key' })
  expect(verdictOf(await rotate(token))).toBe('key_mismatch')
  expect(verdictOf(await rotate(token, { jkt: 'another' }))).toBe('key_mismatch')
  expect(verdictOf(await rotate(token, { jkt: 'thumbprint-of-the-key' }))).toBe('rotated')
})

test('J76 the owner revokes with any token of the family, nobody else does', async () => {
  const harness = createFamilyHarness()
  const { refreshTokens, rotate, isDenied, events } = harness
  const first = await harness.issue()
  const second = await harness.next(first.token)
  const foreign = await refreshTokens.revoke({ token: second.token, clientId: 'other' })
  expect(foreign).toEqual({ kind: 'refused', reason: 'client_mismatch' })
  expect(await isDenied(second)).toBe(false)
  const input = { token: first.token, clientId: client }
  expect(await refreshTokens.revoke(input)).toEqual({ kind: 'revoked' })
  expect(verdictOf(await rotate(second.token))).toBe('revoked')
  expect([await isDenied(first), await isDenied(second)]).toEqual([true, true])
  expect(await refreshTokens.revoke(input)).toEqual({ kind: 'unknown' })
  expect(events.map((event) => event.type)).toEqual(['client_mismatch', 'family_revoked'])
})

test('J76 what is no token of ours is unknown', async () => {
  const { refreshTokens, rotate, issue } = createFamilyHarness()
  const { token } = await issue()
  const elsewhere = (await createFamilyHarness().issue()).token
  const forged = `${token.slice(0, 22)}${elsewhere.slice(22)}`
  const texts = [
    elsewhere,
    forged,
    '',
    'x',
    `${token} `,
    `${token}=`,
    token.slice(0, -1),
    `${token}A`,
  ]
  for (const text of [
    ...texts,
    undefined,
    null,
    1,
    {},
    [token],
    '__proto__',
    'a.b.c',
    'x'.repeat(1e6),
  ]) {
    const given = text as never
    expect(await refreshTokens.revoke({ token: given, clientId: client })).toEqual({
      kind: 'unknown',
    })
    expect(verdictOf(await rotate(given))).toBe('unknown')
  }
  expect(verdictOf(await rotate(token))).toBe('rotated')
})

test('J76 a refresh under way while its family is revoked brings nothing back', async () => {
  const harness = createFamilyHarness()
  const { token, grant } = await harness.issue()
  const made: string[] = []
  const outcome = await harness.rotate(token, {
    makeAccessToken: async (request) => {
      const accessToken = await harness.makeAccessToken(request)
      made.push(accessToken.jwtId)
      if (made.length === 1) await harness.refreshTokens.revokeFamily(grant.familyId)
      return accessToken
    },
  })
  expect(verdictOf(outcome)).toBe('revoked')
  expect(made.length).toBe(1)
  expect(verdictOf(await harness.rotate(token))).toBe('revoked')
})

test('revokeSubject ends every family of the user and no other', async () => {
  const harness = createFamilyHarness()
  const own = [
    await harness.issue(),
    await harness.issue(),
    await harness.issue({ clientId: 'app' }),
  ]
  const foreign = await harness.issue({ subject: 'user-4' })
  expect(await harness.refreshTokens.revokeSubject(subject)).toBe(3)
  for (const pair of own) {
    const clientId = pair.grant.clientId
    expect(verdictOf(await harness.rotate(pair.token, { clientId }))).toBe('revoked')
    expect(await harness.isDenied(pair)).toBe(true)
  }
  expect(verdictOf(await harness.rotate(foreign.token))).toBe('rotated')
  expect(await harness.refreshTokens.revokeSubject(subject)).toBe(0)
  expect(await harness.refreshTokens.revokeSubject('nobody')).toBe(0)
  // A new login is a new family.
  expect(verdictOf(await harness.rotate((await harness.issue()).token))).toBe('rotated')
})

/** Runs something between any two store calls of `issue`, once, at the given call. */
const createInterruptedStore = (at: number, interrupt: () => Promise<unknown>) => {
  const store = createMemoryStore()
  let calls = -1
  const count = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (calls >= 0) {
      calls += 1
      if (calls === at) {
        calls = -1
        await interrupt()
      }
    }
    return work()
  }
  const interrupted: Store = {
    ...store,
    get: (key) => count(() => store.get(key)),
    put: (key, next) => count(() => store.put(key, next)),
    swap: (key, version, next) => count(() => store.swap(key, version, next)),
  }
  return {
    store: interrupted,
    arm: () => {
      calls = 0
    },
    isSpent: () => calls === -1,
  }
}

test('a family that is being issued while its user is revoked does not survive unnoticed', async () => {
  const verdicts = []
  for (let at = 1; ; at += 1) {
    const { store, arm, isSpent } = createInterruptedStore(at, () =>
      harness.refreshTokens.revokeSubject(subject),
    )
    const harness = createFamilyHarness({ store })
    await harness.issue()
    arm()
    const outcome = await harness.refreshTokens.issue({ subject, clientId: client })
    if (!isSpent()) break
    const isAlive =
      outcome.kind === 'issued' && verdictOf(await harness.rotate(outcome.token)) === 'rotated'
    verdicts.push(isAlive)
  }
  // Before the first write the revocation came first and the login counts; after it, never.
  expect(verdicts).toEqual([true, true, false, false])
})

test('the oldest of very many families of one user gives way', async () => {
  const { issue, rotate, next, events } = createFamilyHarness()
  const first = await issue()
  const second = await issue()
  for (let login = 0; login < 99; login += 1) await issue()
  expect(verdictOf(await rotate(first.token))).toBe('revoked')
  await next(second.token)
  expect(events.map((event) => event.type === 'family_revoked' && event.reason)).toEqual([
    'displaced',
  ])
})

test('logins that were ended make room for others', async () => {
  const { issue, refreshTokens, rotate, events } = createFamilyHarness()
  const first = await issue()
  for (let login = 0; login < 150; login += 1) {
    await refreshTokens.revokeFamily((await issue()).grant.familyId)
  }
  expect(verdictOf(await rotate(first.token))).toBe('rotated')
  expect(
    events.filter((event) => event.type === 'family_revoked' && event.reason !== 'family'),
  ).toEqual([])
})

test('what the application remembers of a login comes back at each refresh', async () => {
  const { issue, refreshTokens } = createFamilyHarness()
  const data = { roles: ['admin'], tenant: { id: 7 } }
  const { token } = await issue({ data })
  const seen: unknown[] = []
  await refreshTokens.rotate({
    token,
    clientId: client,
    makeAccessToken: async ({ grant }) => {
      seen.push(grant.data)
      return { token: 'x', issuer: 'https://issuer.example', jwtId: 'x', expiresAt: 2e9 }
    },
  })
  expect(seen).toEqual([data])
})

test('refresh tokens work without access tokens', async () => {
  const { refreshTokens } = createFamilyHarness()
  const issued = pairOf(await refreshTokens.issue({ subject, clientId: client }))
  expect(issued.accessToken).toBeUndefined()
  const rotated = await refreshTokens.rotate({ token: issued.token, clientId: client })
  expect([rotated.kind, pairOf(rotated).accessToken]).toEqual(['rotated', undefined])
})

test('every method rejects with a typed error when the store is down', async () => {
  const down = () => Promise.reject(new Error('ECONNREFUSED redis://secret@host'))
  const store = createMemoryStore()
  const broken: Store = { ...store, get: down, put: down, swap: down }
  const { token } = await createFamilyHarness().issue()
  const { refreshTokens } = createFamilyHarness({ store: broken })
  const attempts = [
    () => refreshTokens.issue({ subject, clientId: client }),
    () => refreshTokens.rotate({ token, clientId: client }),
    () => refreshTokens.revoke({ token, clientId: client }),
    () => refreshTokens.revokeFamily('x'),
    () => refreshTokens.revokeSubject(subject),
  ]
  for (const attempt of attempts) {
    const error = await attempt().then<unknown, unknown>(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(JwtError)
    expect(error).toMatchObject({ code: 'store_unavailable', retryAfterSeconds: 5 })
    expect((error as JwtError).message).not.toContain('secret')
  }
})

test('a listener that throws keeps no stolen token alive', async () => {
  const { issue, next, rotate } = createFamilyHarness({
    graceSeconds: 0,
    onEvent: () => {
      throw new Error('log is full')
    },
  })
  const { token } = await issue()
  await next((await next(token)).token)
  expect(verdictOf(await rotate(token))).toBe('reused')
})

test.each([
  ['no subject', { subject: '' }],
  ['a blank subject', { subject: ' ' }],
  ['a long subject', { subject: 'x'.repeat(256) }],
  ['no client', { clientId: undefined }],
  ['a scope with a quotation mark', { scope: 'a"b' }],
  ['a scope that is a number', { scope: 1 }],
  ['a resource that is empty', { resource: [''] }],
  ['an empty jkt', { jkt: '' }],
  ['data without end', { data: { text: 'x'.repeat(5_000) } }],
  ['a misspelt member', { scopes: 'a' }],
])('a family is not begun with %s', async (_name, input) => {
  const { issue } = createFamilyHarness()
  await expect(issue(input as never)).rejects.toMatchObject({ code: 'configuration_invalid' })
})

test.each([
  ['idleSeconds', 0],
  ['idleSeconds', 86_400_000],
  ['idleSeconds', '28800'],
  ['absoluteSeconds', Number.NaN],
  ['absoluteSeconds', -1],
  ['graceSeconds', 301],
  ['graceSeconds', -1],
  ['store', undefined],
  ['store', {}],
  ['denyList', {}],
  ['onEvent', 'log'],
  ['now', 1_800_000_000],
  ['gracePeriod', 30],
])('the option %s cannot be %s', (name, value) => {
  const options = { store: createMemoryStore(), [name]: value }
  const refusal = misconfiguration(() => createRefreshTokens(options as never))
  expect(refusal).toContain(name === 'gracePeriod' ? 'graceSeconds' : name)
})
