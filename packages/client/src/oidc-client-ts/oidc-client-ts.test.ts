// @vitest-environment node
import { inspect } from 'node:util'
import type { UserManager as TheirUserManager } from 'oidc-client-ts'
import type { AuthProviderProps } from 'react-oidc-context'
import { afterEach, beforeEach, expect, expectTypeOf, test, vi } from 'vitest'
import { createGate, problem } from '../fake-bff.fixture.ts'
import type { AuthClient } from '../index.ts'
import { setStage } from '../stage.fixture.ts'
import {
  createUserManager,
  ErrorResponse,
  InMemoryWebStorage,
  Log,
  User,
  UserManager,
  WebStorageStateStore,
} from './index.ts'

/** By default a wait is given up after one second, which a busy machine may take. */
const patience = { timeout: 20_000 }

const stage = setStage()
const warned = vi.fn()

beforeEach(() => {
  warned.mockClear()
  vi.spyOn(console, 'warn').mockImplementation(warned)
  vi.stubGlobal('sessionStorage', stage.page.window.sessionStorage)
})
afterEach(() => vi.restoreAllMocks())

const members = [
  ...['settings', 'events', 'metadataService', 'getUser', 'removeUser', 'signinRedirect'],
  ...['signinRedirectCallback', 'signinResourceOwnerCredentials', 'signinPopup'],
  ...['signinPopupCallback', 'signinSilent', 'signinSilentCallback', 'signinCallback'],
  ...['signoutCallback', 'querySessionStatus', 'signoutRedirect', 'signoutRedirectCallback'],
  ...['signoutPopup', 'signoutPopupCallback', 'signoutSilent', 'signoutSilentCallback'],
  ...['revokeTokens', 'startSilentRenew', 'stopSilentRenew', 'storeUser', 'clearStaleState'],
  ...['dpopProof', 'generateDPoPJkt'],
] as const

const allMembers: Record<keyof TheirUserManager, true> = Object.fromEntries(
  members.map((name) => [name, true]),
) as Record<(typeof members)[number], true>

/** A manager over a client of the stage, and what its events say. */
const watch = (manager: TheirUserManager) => {
  const told: string[] = []
  const { events } = manager
  events.addUserLoaded(() => void told.push('loaded'))
  events.addUserUnloaded(() => void told.push('unloaded'))
  events.addUserSignedOut(() => void told.push('signedOut'))
  events.addUserSessionChanged(() => void told.push('changed'))
  events.addSilentRenewError(() => void told.push('error'))
  events.addAccessTokenExpiring(() => void told.push('expiring'))
  events.addAccessTokenExpired(() => void told.push('expired'))
  return told
}

const createReady = async (options = {}): Promise<[TheirUserManager, AuthClient, string[]]> => {
  const client = stage.create()
  const manager = createUserManager(client, options)
  const told = watch(manager)
  await manager.getUser()
  await stage.page.idle()
  told.length = 0
  return [manager, client, told]
}

test('every public member of the real UserManager is there', async () => {
  const [manager] = await createReady()
  expect(Object.keys(allMembers)).toHaveLength(28)
  for (const name of members) expect(manager, name).toHaveProperty(name)
  expectTypeOf<keyof TheirUserManager>().toEqualTypeOf<(typeof members)[number]>()
  expectTypeOf<UserManager>().toExtend<Pick<TheirUserManager, keyof TheirUserManager>>()
})

test('the AuthProvider of react-oidc-context takes the manager', () => {
  type Taken = NonNullable<AuthProviderProps['userManager']>
  expectTypeOf(createUserManager).returns.toEqualTypeOf<Taken>()
})

test('the user has profile, scopes and a token with its end', async () => {
  const [manager] = await createReady()
  const user = await manager.getUser()
  expect(user).toMatchObject({
    profile: { sub: 'alice', name: 'Alice' },
    scope: 'read write',
    scopes: ['read', 'write'],
    token_type: 'Bearer',
    expires_in: 300,
    expires_at: 1_800_000_300,
    expired: false,
    session_state: 'sid-1',
  })
  expect(user?.access_token).toBe(stage.bff.tokens.at(-1))
})

test('C03 the token is read by its name and found by no other way', async () => {
  const [manager] = await createReady()
  const user = await manager.getUser()
  if (!user) throw new Error('nobody')
  const looks = [
    JSON.stringify(user),
    JSON.stringify(manager),
    user.toStorageString(),
    inspect(user, { depth: Infinity, showHidden: true }),
    inspect(manager, { depth: Infinity, showHidden: true }),
    JSON.stringify(structuredClone({ ...user })),
    JSON.stringify(Object.getOwnPropertyDescriptors(user)),
  ].join()
  expect(looks).toContain('alice')
  expect(looks).not.toContain('secret-token')
  expect(User.fromStorageString(user.toStorageString()).access_token).toBe('')
})

test('C24 there is no refresh token and no ID token, not even a given one', async () => {
  const [manager] = await createReady()
  const user = await manager.getUser()
  expect([user?.refresh_token, user?.id_token]).toEqual([undefined, undefined])
  const given = new User({
    access_token: 'a',
    refresh_token: 'r',
    id_token: 'i',
    token_type: 'Bearer',
    profile: { sub: 'x', iss: '', aud: '', exp: 0, iat: 0 },
  })
  expect([given.refresh_token, given.id_token, given.access_token]).toEqual([
    undefined,
    undefined,
    'a',
  ])
})

test('C24 a WebStorageStateStore is accepted, stores nothing and says so once', async () => {
  const setItem = vi.fn()
  const store = new WebStorageStateStore({ store: { setItem } })
  await store.set('user:x', 'value')
  expect(await store.get('user:x')).toBeNull()
  expect(setItem).not.toHaveBeenCalled()
  expect(warned).toHaveBeenCalledTimes(1)
})

test('C29 a client secret is refused by name and never shown', () => {
  const create = () => new UserManager({ client_secret: 'hush', client: stage.create() })
  expect(create).toThrow(/client_secret/)
  expect(create).not.toThrow(/hush/)
})

test('settings without effect are named in one warning, without their values', () => {
  const client = stage.create()
  new UserManager({
    authority: 'https://op.example',
    scope: 'openid x1',
    loadUserInfo: true,
    client,
  })
  expect(warned.mock.calls).toEqual([[expect.stringMatching(/scope,loadUserInfo$/)]])
})

test('a renewal in the background tells UserLoaded only, and older users have the new token', async () => {
  const [manager, , told] = await createReady()
  const user = await manager.getUser()
  const first = user?.access_token
  await stage.page.pass(270_000)
  expect(told).toEqual(['loaded'])
  expect(user?.access_token).toBe(stage.bff.tokens.at(-1))
  expect(user?.access_token).not.toBe(first)
  expect(user?.expired).toBe(false)
})

test('an idle page that only holds the token does not keep the session alive', async () => {
  const client = stage.create()
  createUserManager(client)
  await stage.page.idle()
  await stage.page.pass(270_000)
  expect(JSON.parse(stage.bff.seen.token.at(-1)?.body ?? '{}')).toMatchObject({ slide: false })
})

test('signinSilent at the same time is one renewal, and tells once', async () => {
  const [manager, , told] = await createReady()
  await stage.page.pass(200_000)
  told.length = 0
  stage.bff.seen.session.length = 0
  const users = await Promise.all([manager.signinSilent(), manager.signinSilent()])
  await stage.page.idle()
  expect(stage.bff.seen.session).toHaveLength(1)
  expect(told).toEqual(['loaded'])
  expect(users[0]?.access_token).toBe(stage.bff.tokens.at(-1))
})

test('signinSilent without a session rejects with login_required', async () => {
  stage.bff.isLoggedIn = false
  const [manager] = await createReady()
  const error = await manager.signinSilent().catch((reason) => reason)
  expect(error).toBeInstanceOf(ErrorResponse)
  expect(error.error).toBe('login_required')
})

test('a token that expired during sleep is renewed before it is handed out', async () => {
  const [manager] = await createReady()
  stage.page.clock.wall += 2 * 3600_000
  const user = await manager.getUser()
  expect(user?.access_token).toBe(stage.bff.tokens.at(-1))
  expect(stage.bff.tokens).toHaveLength(2)
  expect(user?.expired).toBe(false)
})

test('C11 a session that ends elsewhere tells UserSignedOut and UserUnloaded, and empties users', async () => {
  const [manager, client, told] = await createReady()
  const user = await manager.getUser()
  stage.bff.isLoggedIn = false
  await client.refreshSession()
  expect(told).toEqual(['signedOut', 'unloaded'])
  expect(user?.access_token).toBe('')
  expect(user?.expired).toBe(true)
  expect(await manager.getUser()).toBeNull()
})

test('C12 another user empties the users of the former one and is told', async () => {
  const [manager, client, told] = await createReady()
  const user = await manager.getUser()
  stage.bff.user = { sub: 'bob' }
  stage.bff.sid = 'sid-2'
  await client.refreshSession()
  await stage.page.idle()
  expect(user?.access_token).toBe('')
  expect(told).toEqual(['changed', 'loaded'])
  expect((await manager.getUser())?.profile.sub).toBe('bob')
})

test('C09 a token that cannot be had now costs neither the user nor the session', async () => {
  const [manager, , told] = await createReady()
  stage.bff.onToken = () => problem(503, 'provider_unavailable', 'later')
  stage.bff.onSession = () => Response.json(stage.bff.sessionAnswer(null))
  await stage.page.pass(310_000)
  const user = await manager.getUser()
  expect(user?.profile.sub).toBe('alice')
  expect([user?.access_token, user?.expired]).toEqual(['', undefined])
  expect(told).toContain('error')
  expect(told).not.toContain('unloaded')
  stage.bff.onToken = undefined
  stage.bff.onSession = undefined
  await stage.page.pass(70_000)
  expect(told.at(-1)).toBe('loaded')
  expect(user?.access_token).toBe(stage.bff.tokens.at(-1))
})

test('signinRedirect leaves for the BFF, comes back here, and carries what the login asks for', async () => {
  const [manager] = await createReady({ prompt: 'login' })
  stage.open('/')
  void manager.signinRedirect({ login_hint: 'al', max_age: 0, state: { from: 1 } })
  void manager.signinRedirect()
  await vi.waitFor(() => expect(stage.page.navigations).toHaveLength(1), patience)
  const { pathname, searchParams } = new URL(stage.page.navigations[0] ?? '')
  expect(pathname).toBe('/bff/login')
  expect(Object.fromEntries(searchParams)).toEqual({
    returnTo: '/',
    prompt: 'login',
    login_hint: 'al',
    max_age: '0',
  })
  const next = createUserManager(stage.create())
  expect((await next.getUser())?.state).toEqual({ from: 1 })
  expect((await createUserManager(stage.create()).getUser())?.state).toBeUndefined()
})

test('a foreign code and state in the address are left alone', async () => {
  stage.open('/pay?code=stripe&state=order-1')
  const manager = createUserManager(stage.create())
  expect((await manager.signinCallback())?.profile.sub).toBe('alice')
  expect(stage.page.window.location.search).toBe('?code=stripe&state=order-1')
})

test('a login that has just failed rejects signinRedirectCallback', async () => {
  stage.bff.isLoggedIn = false
  stage.open('/?login_error=login_cancelled')
  const manager = createUserManager(stage.create())
  await expect(manager.signinRedirectCallback()).rejects.toMatchObject({ error: 'login_required' })
  expect(await manager.getUser()).toBeNull()
})

test('signinPopup opens a window in the same breath and sends it to the login', async () => {
  const [manager] = await createReady()
  const popup = { name: '', location: { href: '' }, closed: false, focus: vi.fn(), close: vi.fn() }
  const open = vi.fn(() => popup)
  vi.stubGlobal('open', open)
  const given = new AbortController()
  const login = manager.signinPopup({ login_hint: 'al', popupSignal: given.signal })
  expect(open).toHaveBeenCalledOnce()
  await vi.waitFor(() => expect(popup.focus).toHaveBeenCalled(), patience)
  expect(popup.location.href).toMatch(/\/bff\/login\?.*login_hint=al.*display=popup/)
  expect(popup.name).toMatch(/^coatcheck \d/)
  given.abort(new Error('enough'))
  await expect(login).rejects.toThrow('enough')
  expect(popup.close).toHaveBeenCalledOnce()
})

test('signinPopup says when the window is blocked', async () => {
  const [manager] = await createReady()
  vi.stubGlobal('open', () => null)
  await expect(manager.signinPopup()).rejects.toMatchObject({ error: 'popup_blocked' })
})

test('C29 a production build warns of nothing and refuses a client secret all the same', () => {
  vi.stubEnv('NODE_ENV', 'production')
  try {
    const client = stage.create()
    new UserManager({ scope: 'openid', client })
    expect(warned).not.toHaveBeenCalled()
    expect(() => new UserManager({ client_secret: 'hush', client })).toThrow(/client_secret/)
  } finally {
    vi.unstubAllEnvs()
  }
})

test('removeUser ends the session here and leaves the one at the provider', async () => {
  const [manager, , told] = await createReady()
  await manager.removeUser()
  expect(JSON.parse(stage.bff.seen.logout[0]?.body ?? '')).toEqual({ provider: 'keep' })
  expect(told).toEqual(['signedOut', 'unloaded'])
})

test('signoutRedirect names the place to come back to, if it is of this origin', async () => {
  const address = 'http://localhost:4000/bye?x=1'
  const [manager] = await createReady({ post_logout_redirect_uri: address })
  void manager.signoutRedirect()
  await stage.page.idle()
  expect(JSON.parse(stage.bff.seen.logout[0]?.body ?? '')).toEqual({ returnTo: '/bye?x=1' })
})

test('a late token of a login that is over is nobody’s', async () => {
  const [manager, client] = await createReady()
  const gate = createGate()
  stage.bff.onToken = async () => {
    await gate.opened
    return undefined
  }
  await stage.page.turns()
  stage.page.clock.wall += 3600_000
  const late = manager.getUser()
  await stage.page.turns()
  const left = client.logout()
  gate.open()
  await left
  expect(await late).toBeNull()
})

test('querySessionStatus tells who is there without keeping the session alive', async () => {
  const [manager] = await createReady()
  expect(await manager.querySessionStatus()).toMatchObject({ session_state: 'sid-1', sub: 'alice' })
  expect(stage.bff.seen.session.at(-1)?.url.search).toContain('slide=false')
})

test('passwords are refused, and what the BFF does is said', async () => {
  const [manager] = await createReady()
  await expect(
    manager.signinResourceOwnerCredentials({ username: 'u', password: 'p' }),
  ).rejects.toThrow(/no password/)
  await manager.revokeTokens()
  manager.stopSilentRenew()
  expect(warned).toHaveBeenCalledTimes(2)
})

test('without resources the manager makes a client of its own and takes the first token of the BFF', async () => {
  // Nobody can dispose of that client, which would hear the tests after this one.
  vi.stubGlobal('BroadcastChannel', undefined)
  const manager = new UserManager({ authority: 'x', client_id: 'y', redirect_uri: 'z' })
  const user = await manager.getUser()
  expect(user?.access_token).toBe(stage.bff.tokens.at(-1))
  await manager.removeUser()
})

test('the stand-ins are there for code that imports them', () => {
  Log.setLogger(console)
  Log.setLevel(Log.DEBUG)
  const storage = new InMemoryWebStorage()
  storage.setItem('a', 'b')
  expect([storage.getItem('a'), storage.length, storage.key(0)]).toEqual(['b', 1, 'a'])
})
