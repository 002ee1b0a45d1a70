import { expect, test } from 'vitest'
import { makeVerifier, misconfiguration } from '../testing/refusal.ts'
import type { Members } from '../testing/tokens.ts'
import {
  canary,
  keys,
  makeClaims,
  makeHeader,
  makeToken,
  now,
  nowSeconds,
  signContent,
} from '../testing/tokens.ts'
import type { AuthorizeOptions } from './authorize.ts'
import { authorize } from './authorize.ts'
import type { Refusal } from './refusal.ts'

const verifier = makeVerifier()

const decideOn = async (options: AuthorizeOptions, token: string): Promise<string> => {
  const outcome = authorize(options)(await verifier.verify(token))
  if (outcome.kind === 'authorized') return 'authorized'
  expect(outcome.refusal.status).toBe(403)
  expect(JSON.stringify(outcome.refusal)).not.toContain(canary)
  return outcome.refusal.code
}

const decide = (options: AuthorizeOptions, claims: Members): Promise<string> =>
  decideOn(options, makeToken({ claims }))

test.each([
  ['admin', 'admin', 'authorized'],
  ['b', 'a b', 'authorized'],
  ['a b', 'b a', 'authorized'],
  [['a', 'b'], 'c b a', 'authorized'],
  ['admin', 'administrator', 'insufficient_scope'],
  ['administrator', 'admin', 'insufficient_scope'],
  ['admin', 'ADMIN', 'insufficient_scope'],
  ['admin', 'admin:read', 'insufficient_scope'],
  ['admin', 'read-admin', 'insufficient_scope'],
  ['admin', 'admin,read', 'insufficient_scope'],
  ['admin', 'read\tadmin', 'insufficient_scope'],
  ['admin', 'read\nadmin', 'insufficient_scope'],
  ['admin', 'read\u00a0admin', 'insufficient_scope'],
  ['admin', '*', 'insufficient_scope'],
  ['admin', '', 'insufficient_scope'],
  ['admin', undefined, 'insufficient_scope'],
  ['a b', 'a', 'insufficient_scope'],
  [['a', 'b'], 'ab', 'insufficient_scope'],
])('J30 scope %j against %j: %s', async (scope, granted, expected) => {
  expect(await decide({ scope }, { scope: granted })).toBe(expected)
})

test.each([
  ['scp', 'admin', { scp: 'read admin' }, 'authorized'],
  ['scp', 'admin', { scp: ['read', 'admin'] }, 'authorized'],
  ['scp', 'a b', { scp: ['b', 'a', 'c'] }, 'authorized'],
  ['scp', 'a b', { scp: ['a'] }, 'insufficient_scope'],
  ['scp', 'admin', { scp: 'administrator' }, 'insufficient_scope'],
  ['scp', 'admin', { scp: ['administrator', 'ADMIN', 'admin '] }, 'insufficient_scope'],
  ['scp', 'admin', { scp: ['read admin'] }, 'insufficient_scope'],
  ['scp', 'admin', { scp: [['admin']] }, 'insufficient_scope'],
  ['scp', 'admin', { scp: [{ admin: true }, null, 0, true] }, 'insufficient_scope'],
  ['scp', 'admin', { scp: { admin: true } }, 'insufficient_scope'],
  ['scp', 'admin', { scp: { includes: 'admin', 0: 'admin', length: 1 } }, 'insufficient_scope'],
  ['scp', 'true', { scp: true }, 'insufficient_scope'],
  ['scp', '0', { scp: ['admin'] }, 'insufficient_scope'],
  ['scp', 'length', { scp: ['admin'] }, 'insufficient_scope'],
  ['scp', 'admin', { scp: [] }, 'insufficient_scope'],
  ['scp', 'admin', { scp: '' }, 'insufficient_scope'],
  ['scp', 'admin', { scp: null }, 'insufficient_scope'],
  ['scp', 'admin', {}, 'insufficient_scope'],
  ['scp', 'admin', { scope: 'admin' }, 'insufficient_scope'],
  ['scope', 'admin', { scope: 'admin', scp: 'x' }, 'authorized'],
  [undefined, 'admin', { scp: 'admin' }, 'insufficient_scope'],
  [['app', 'scp'], 'admin', { app: { scp: 'admin' } }, 'authorized'],
  [['app', 'scp'], 'admin', { 'app.scp': 'admin', app: 'admin' }, 'insufficient_scope'],
  ['app.scp', 'admin', { app: { scp: 'admin' } }, 'insufficient_scope'],
  ['__proto__', 'admin', {}, 'insufficient_scope'],
  [['constructor', 'name'], 'Object', {}, 'insufficient_scope'],
])('J30 the scope at %j, %s asked of %j: %s', async (scopeClaim, scope, claims, expected) => {
  const options = scopeClaim === undefined ? { scope } : { scope, scopeClaim }
  expect(await decide(options, { scope: undefined, ...claims })).toBe(expected)
})

test('J82 a scope that does not suffice is answered with 403 and the scope that would', async () => {
  const auth = await verifier.verify(makeToken())
  const outcome = authorize({ scope: ['admin', 'audit'], realm: 'orders' })(auth)
  expect(outcome).toEqual({
    kind: 'refused',
    refusal: {
      status: 403,
      code: 'insufficient_scope',
      headers: {
        'cache-control': 'no-store',
        'content-type': 'application/problem+json',
        'www-authenticate':
          'Bearer realm="orders", error="insufficient_scope", error_description="The access token does not cover this", scope="admin audit"',
      },
      exposeHeaders: ['WWW-Authenticate'],
      body: {
        type: 'about:blank',
        title: 'The access token does not cover this',
        status: 403,
        code: 'insufficient_scope',
      },
      reason: undefined,
    },
  })
})

test.each([
  ['admin', ['admin'], 'authorized'],
  ['admin', ['user', 'admin'], 'authorized'],
  [['owner', 'admin'], ['admin'], 'authorized'],
  ['admin', ['administrator'], 'insufficient_role'],
  ['admin', ['Admin'], 'insufficient_role'],
  ['admin', ['admin '], 'insufficient_role'],
  ['admin', ['user admin'], 'insufficient_role'],
  ['admin', 'admin', 'insufficient_role'],
  ['admin', 'user admin', 'insufficient_role'],
  ['a', 'admin', 'insufficient_role'],
  ['admin', { 0: 'admin', length: 1 }, 'insufficient_role'],
  ['admin', { admin: true }, 'insufficient_role'],
  ['admin', { includes: 'admin' }, 'insufficient_role'],
  ['admin', [['admin']], 'insufficient_role'],
  ['admin', [{ admin: true }], 'insufficient_role'],
  ['admin', [null, 0, true], 'insufficient_role'],
  ['admin', [], 'insufficient_role'],
  ['admin', null, 'insufficient_role'],
  ['admin', true, 'insufficient_role'],
  ['admin', undefined, 'insufficient_role'],
  ['0', ['admin'], 'insufficient_role'],
  ['length', ['admin'], 'insufficient_role'],
  ['constructor', ['admin'], 'insufficient_role'],
  ['__proto__', ['admin'], 'insufficient_role'],
])('J31 role %j against %j: %s', async (role, roles, expected) => {
  expect(await decide({ role }, { roles })).toBe(expected)
})

test.each([
  ['https://app.example/roles', { 'https://app.example/roles': ['admin'] }, 'authorized'],
  ['realm_access.roles', { 'realm_access.roles': ['admin'] }, 'authorized'],
  ['realm_access.roles', { realm_access: { roles: ['admin'] } }, 'insufficient_role'],
  [['realm_access', 'roles'], { realm_access: { roles: ['admin'] } }, 'authorized'],
  [['a', 'b', 'c'], { a: { b: { c: ['admin'] } } }, 'authorized'],
  [['a', 'b', 'c'], { a: { b: ['admin'] } }, 'insufficient_role'],
  [['a', '0'], { a: [['admin']] }, 'insufficient_role'],
  [['a', 'length'], { a: 'admin' }, 'insufficient_role'],
  ['__proto__', {}, 'insufficient_role'],
  ['constructor', {}, 'insufficient_role'],
  [['constructor', 'name'], {}, 'insufficient_role'],
  [['__proto__', 'constructor'], {}, 'insufficient_role'],
])('J31 roles at %j of %j: %s', async (rolesClaim, claims, expected) => {
  expect(await decide({ role: 'admin', rolesClaim }, { roles: undefined, ...claims })).toBe(
    expected,
  )
})

test('J31 roles in a forged prototype are no roles, and no object gains one', async () => {
  const claims = JSON.stringify(makeClaims({ roles: undefined }))
  const text = `${claims.slice(0, -1)},"__proto__":{"roles":["admin"],"role":"admin"}}`
  const token = signContent(makeHeader(keys.es), text)
  expect(await decideOn({ role: 'admin' }, token)).toBe('insufficient_role')
  expect(({} as Members).role).toBeUndefined()
  expect(({} as Members).roles).toBeUndefined()
})

test('J31 a prototype that something else has polluted grants no role', async () => {
  Object.defineProperty(Object.prototype, 'roles', { value: ['admin'], configurable: true })
  try {
    expect(await decide({ role: 'admin' }, { roles: undefined })).toBe('insufficient_role')
  } finally {
    Reflect.deleteProperty(Object.prototype, 'roles')
  }
})

test('J31 a role that does not suffice is answered with 403 and no challenge', async () => {
  const auth = await verifier.verify(makeToken())
  const logged: Refusal[] = []
  const onRefused = (refusal: Refusal) => logged.push(refusal)
  const outcome = authorize({ role: 'admin', onRefused })(auth)
  expect(outcome).toEqual({ kind: 'refused', refusal: logged[0] })
  expect(logged[0]?.headers).toEqual({
    'cache-control': 'no-store',
    'content-type': 'application/problem+json',
  })
})

test.each([
  ['user', { sub: 'alice', client_id: 'spa' }, 'authorized'],
  ['user', { sub: 'spa', client_id: 'spa' }, 'user_required'],
  ['client', { sub: 'spa', client_id: 'spa' }, 'authorized'],
  ['client', { sub: 'alice', client_id: 'spa' }, 'client_required'],
  ['client', { sub: 'SPA', client_id: 'spa' }, 'client_required'],
] as const)('J29 where a %s is wanted, %j: %s', async (principal, claims, expected) => {
  expect(await decide({ principal }, claims)).toBe(expected)
  expect(await decide({ principal, scope: 'orders:read' }, claims)).toBe(expected)
  expect(await decide({ scope: 'orders:read' }, claims)).toBe('authorized')
})

test('J29 a token without client_id can be told to be of neither kind', async () => {
  const relaxed = makeVerifier({ optionalClaims: ['client_id'] })
  const auth = await relaxed.verify(makeToken({ claims: { client_id: undefined } }))
  expect(authorize({ principal: 'user' })(auth).kind).toBe('refused')
  expect(authorize({ principal: 'client' })(auth).kind).toBe('refused')
})

test('J29 a token of the wrong kind is answered with 403 and no challenge', async () => {
  const auth = await verifier.verify(makeToken({ claims: { sub: 'spa' } }))
  const outcome = authorize({ principal: 'user' })(auth)
  if (outcome.kind !== 'refused') throw new Error('was accepted')
  expect([outcome.refusal.status, outcome.refusal.headers['www-authenticate']]).toEqual([
    403,
    undefined,
  ])
})

const at = nowSeconds

test.each([
  [{ acrValues: 'gold' }, { acr: 'gold' }, 'authorized'],
  [{ acrValues: 'gold silver' }, { acr: 'silver' }, 'authorized'],
  [{ acrValues: ['gold'] }, { acr: 'Gold' }, 'insufficient_user_authentication'],
  [{ acrValues: 'gold' }, { acr: 'gold silver' }, 'insufficient_user_authentication'],
  [{ acrValues: 'gold' }, { acr: 'golden' }, 'insufficient_user_authentication'],
  [{ acrValues: 'gold' }, { acr: 'gol' }, 'insufficient_user_authentication'],
  [{ acrValues: 'gold silver' }, { acr: 'gold silver' }, 'insufficient_user_authentication'],
  [{ acrValues: 'gold' }, { acr: ['gold'] }, 'insufficient_user_authentication'],
  [{ acrValues: 'gold' }, {}, 'insufficient_user_authentication'],
  [{ acrValues: 'constructor' }, {}, 'insufficient_user_authentication'],
  [{ maxAgeSeconds: 60 }, { auth_time: at }, 'authorized'],
  [{ maxAgeSeconds: 60 }, { auth_time: at - 65 }, 'authorized'],
  [{ maxAgeSeconds: 60 }, { auth_time: at - 66 }, 'insufficient_user_authentication'],
  [{ maxAgeSeconds: 0 }, { auth_time: at - 5 }, 'authorized'],
  [{ maxAgeSeconds: 0 }, { auth_time: at - 6 }, 'insufficient_user_authentication'],
  [{ maxAgeSeconds: 60 }, { auth_time: at + 5 }, 'authorized'],
  [{ maxAgeSeconds: 60 }, { auth_time: at + 6 }, 'insufficient_user_authentication'],
  [{ maxAgeSeconds: 60 }, { auth_time: at * 1000 }, 'insufficient_user_authentication'],
  [{ maxAgeSeconds: 60 }, { auth_time: String(at) }, 'insufficient_user_authentication'],
  [{ maxAgeSeconds: 60 }, { auth_time: null }, 'insufficient_user_authentication'],
  [{ maxAgeSeconds: 60 }, {}, 'insufficient_user_authentication'],
  [{ acrValues: 'gold', maxAgeSeconds: 60 }, { acr: 'gold', auth_time: at }, 'authorized'],
  [{ acrValues: 'gold', maxAgeSeconds: 60 }, { acr: 'gold' }, 'insufficient_user_authentication'],
  [{ acrValues: 'gold', maxAgeSeconds: 60 }, { auth_time: at }, 'insufficient_user_authentication'],
])('stepUp %j against %j: %s', async (stepUp, claims, expected) => {
  const auth = await verifier.verify(makeToken({ claims }))
  const outcome = authorize({ stepUp: { ...stepUp, now } })(auth)
  expect(outcome.kind === 'refused' ? outcome.refusal.code : outcome.kind).toBe(expected)
})

test('a login that does not suffice is answered with 401 and what would (RFC 9470)', async () => {
  const auth = await verifier.verify(makeToken())
  const stepUp = { acrValues: ['gold', 'silver'], maxAgeSeconds: 5, now }
  const outcome = authorize({ stepUp })(auth)
  if (outcome.kind !== 'refused') throw new Error('was accepted')
  expect(outcome.refusal.status).toBe(401)
  expect(outcome.refusal.headers['www-authenticate']).toBe(
    'Bearer realm="api", error="insufficient_user_authentication", error_description="A stronger or more recent login is required", acr_values="gold silver", max_age="5"',
  )
  expect(outcome.refusal.exposeHeaders).toEqual(['WWW-Authenticate'])
})

test('scope, role and principal all have to hold', async () => {
  const options = { scope: 'orders:read', role: 'user', principal: 'user' } as const
  expect(await decide(options, {})).toBe('authorized')
  expect(await decide(options, { scope: 'x' })).toBe('insufficient_scope')
  expect(await decide(options, { roles: ['x'] })).toBe('insufficient_role')
})

test.each([
  [{}, 'guards nothing'],
  [{ realm: 'x' }, 'guards nothing'],
  [undefined, 'options object'],
  ['admin', 'options object'],
  [{ roles: 'admin' }, 'Did you mean "role'],
  [{ scopes: 'admin' }, 'Did you mean "scope"?'],
  [{ scope: '' }, 'scope'],
  [{ scope: [] }, 'scope'],
  [{ scope: 5 }, 'scope'],
  [{ role: '' }, 'role'],
  [{ role: [] }, 'role'],
  [{ role: 5 }, 'role'],
  [{ role: null }, 'role'],
  [{ principal: true }, 'principal'],
  [{ principal: 'users' }, 'principal'],
  [{ user: true }, 'no option "user"'],
  [{ rolesClaim: 'roles' }, 'rolesClaim'],
  [{ scopeClaim: 'scp' }, 'no scope is asked for'],
  [{ role: 'admin', scopeClaim: 'scp' }, 'no scope is asked for'],
  [{ scope: 'a', scopeClaim: [] }, 'scopeClaim'],
  [{ scope: 'a', scopeClaim: '' }, 'scopeClaim'],
  [{ scope: 'a', scopeClaim: 5 }, 'scopeClaim'],
  [{ scope: 'a', scopesClaim: 'scp' }, 'no option "scopesClaim"'],
  [{ role: 'admin', rolesClaim: [] }, 'rolesClaim'],
  [{ role: 'admin', onRefused: 'log' }, 'onRefused'],
  [{ role: 'admin', realm: 5 }, 'realm'],
  [{ stepUp: {} }, 'asks for nothing'],
  [{ stepUp: true }, 'options object'],
  [{ stepUp: { acrValues: '' } }, 'stepUp.acrValues'],
  [{ stepUp: { acrValues: ['a b'] } }, 'stepUp.acrValues'],
  [{ stepUp: { acrValues: 'a"b' } }, 'stepUp.acrValues'],
  [{ stepUp: { acrValues: 'a\r\nb' } }, 'stepUp.acrValues'],
  [{ stepUp: { maxAgeSeconds: -1 } }, 'stepUp.maxAgeSeconds'],
  [{ stepUp: { maxAgeSeconds: '5' } }, 'stepUp.maxAgeSeconds'],
  [{ stepUp: { maxAge: 5 } }, 'Did you mean "maxAgeSeconds"?'],
  [{ stepUp: { maxAgeSeconds: 5, now: 5 } }, 'stepUp.now'],
])('J31 the options %j are refused', (options, expected) => {
  expect(misconfiguration(() => authorize(options as never))).toContain(expected)
})
