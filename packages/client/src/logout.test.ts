// @vitest-environment node
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HttpResponse, http, passthrough } from 'msw'
import { expect, test, vi } from 'vitest'
import { apiOrigin, createGate, problem } from './fake-bff.fixture.ts'
import { setStage } from './stage.fixture.ts'

const stage = setStage()

test('logout ends the session at the BFF and then at the provider', async () => {
  stage.bff.onLogout = () => {
    stage.bff.isLoggedIn = false
    return HttpResponse.json({ logoutUrl: 'https://op.example/end?x=1' })
  }
  const client = await stage.createReady()
  const ended = vi.fn()
  client.on('sessionEnded', ended)
  await client.logout({ returnTo: '/bye', provider: 'end' })
  expect(stage.page.navigations).toEqual(['https://op.example/end?x=1'])
  expect(JSON.parse(stage.bff.seen.logout[0]?.body ?? '')).toEqual({
    returnTo: '/bye',
    provider: 'end',
  })
  expect(ended.mock.calls).toEqual([[{ reason: 'logout' }]])
  expect(client.getState()).toEqual({ status: 'unauthenticated', reason: 'logout' })
})

test('logout without a session at the provider stays on the page', async () => {
  const client = await stage.createReady()
  await client.logout()
  expect(stage.page.navigations).toEqual([])
  expect(JSON.parse(stage.bff.seen.logout[0]?.body ?? '')).toEqual({})
})

test.each([
  'javascript:alert(1)',
  'JavaScript:alert(1)',
  ' javascript:alert(1)',
  'data:text/html,x',
  'blob:http://localhost:4000/x',
  'file:///etc/passwd',
  '//evil.example',
  'vbscript:x',
])('logout does not navigate to %s', async (logoutUrl) => {
  stage.bff.onLogout = () => HttpResponse.json({ logoutUrl })
  const client = await stage.createReady()
  await client.logout()
  expect(stage.page.navigations).toEqual([])
})

test('C11 memory is cleared before the BFF is asked, and nothing is sent with the token any more', async () => {
  const client = await stage.createReady()
  const gate = createGate()
  const asked = createGate()
  stage.bff.onLogout = async () => {
    asked.open()
    await gate.opened
    return undefined
  }
  const done = client.logout()
  expect(client.getState()).toEqual({ status: 'unauthenticated', reason: 'logout' })
  await expect(client.getAccessToken()).rejects.toMatchObject({ code: 'session_required' })
  await expect(client.fetch(`${apiOrigin}/orders`)).rejects.toMatchObject({
    code: 'session_required',
  })
  await asked.opened
  gate.open()
  await done
  expect(stage.bff.seen.api).toHaveLength(0)
})

test('C11 requests with a token that are under way are aborted, answers being read as well', async () => {
  const asked = createGate()
  const server = createServer((request, response) => {
    if (request.url === '/streaming') response.writeHead(200).write('first of many')
    else asked.open()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  stage.use(http.all(`${origin}/*`, () => passthrough()))
  const client = await stage.createReady({ resources: { orders: { origin } } })
  const streaming = await client.fetch(`${origin}/streaming`)
  const waiting = client.fetch(`${origin}/waiting`).catch((error) => error)
  const reading = streaming.text().catch((error) => error)
  await asked.opened
  await client.logout()
  expect(await waiting).toMatchObject({ name: 'AuthError', code: 'session_required' })
  expect(await reading).toBeInstanceOf(Error)
  server.close()
})

test('C11 calls made in the same breath as the logout get no token', async () => {
  const client = await stage.createReady()
  stage.bff.onLogout = () => HttpResponse.json({})
  const calls = [
    client.fetch(`${apiOrigin}/orders`),
    client.getAccessToken(),
    client.getAccessToken({ resource: 'reports' }),
  ].map((call) => call.catch((error) => error.code))
  await client.logout()
  expect(await Promise.all(calls)).toEqual(Array(3).fill('session_required'))
  expect(stage.bff.seen.token).toHaveLength(0)
  expect(stage.bff.seen.api).toHaveLength(0)
})

test('C11 a session answer that comes after the logout is thrown away', async () => {
  const client = await stage.createReady()
  const gate = createGate()
  const asked = createGate()
  stage.bff.onSession = async () => {
    asked.open()
    const answer = stage.bff.sessionAnswer('orders')
    await gate.opened
    return HttpResponse.json(answer)
  }
  const check = client.refreshSession()
  await asked.opened
  stage.bff.onSession = undefined
  await client.logout()
  gate.open()
  await check
  await stage.page.idle()
  expect(client.getState()).toEqual({ status: 'unauthenticated', reason: 'logout' })
  await expect(client.getAccessToken()).rejects.toMatchObject({ code: 'session_required' })
})

/** A transport that does not care for abort signals: its answers come however late. */
const deaf: typeof globalThis.fetch = (input, init) =>
  fetch(input, { ...init, signal: new AbortController().signal })

test('C11 a late session answer is thrown away even by a transport that cannot be aborted', async () => {
  const client = await stage.createReady({ fetch: deaf })
  const gate = createGate()
  const asked = createGate()
  stage.bff.onSession = async () => {
    asked.open()
    const answer = stage.bff.sessionAnswer('orders')
    await gate.opened
    return HttpResponse.json(answer)
  }
  const check = client.refreshSession()
  await asked.opened
  await client.logout()
  gate.open()
  expect(await check).toEqual({ status: 'unauthenticated', reason: 'logout' })
  await expect(client.getAccessToken()).rejects.toMatchObject({ code: 'session_required' })
})

test('C11 a late token answer is thrown away even by a transport that cannot be aborted', async () => {
  const client = await stage.createReady({ fetch: deaf })
  const renewed = vi.fn()
  client.on('tokenRenewed', renewed)
  const gate = createGate()
  const asked = createGate()
  stage.bff.onToken = async () => {
    asked.open()
    await gate.opened
    return HttpResponse.json(stage.bff.nextToken('reports'))
  }
  const token = client.getAccessToken({ resource: 'reports' }).catch((error) => error)
  await asked.opened
  await client.logout()
  gate.open()
  expect(await token).toMatchObject({ name: 'AuthError', code: 'session_required' })
  expect(renewed).not.toHaveBeenCalled()
})

/** A page from the back/forward cache, while a question of its former life is not answered yet. */
const restoreBefore = async (held: 'onSession' | 'onToken', answer: () => Response) => {
  const client = await stage.createReady({ fetch: deaf })
  const gate = createGate()
  const asked = createGate()
  stage.bff[held] = async () => {
    asked.open()
    await gate.opened
    return answer()
  }
  const work = held === 'onToken' ? client.getAccessToken({ resource: 'reports' }) : undefined
  work?.catch(() => {})
  const check = work ? undefined : client.refreshSession()
  await asked.opened
  stage.bff[held] = undefined
  return { client, late: () => [gate.open(), work?.catch(() => {}), check] }
}

test('C09 a late answer that nobody is logged in does not end what was found since', async () => {
  const answer = () => HttpResponse.json({ authenticated: false }) as Response
  const { client, late } = await restoreBefore('onSession', answer)
  stage.page.fire('pageshow', { persisted: true })
  await client.ready()
  await Promise.all(late())
  await stage.page.turns()
  expect(client.getState()).toMatchObject({ status: 'authenticated' })
})

test('C09 a late failure of a former renewal does not call off the attempts planned since', async () => {
  const answer = () => problem(502, 'provider_rejected_client', 'never')
  const { client, late } = await restoreBefore('onToken', answer)
  stage.bff.onSession = () => Response.error()
  stage.page.fire('pageshow', { persisted: true })
  expect(await client.ready()).toMatchObject({ status: 'error' })
  await Promise.all(late())
  await stage.page.turns()
  stage.bff.onSession = undefined
  await stage.page.pass(10_000)
  expect(client.getState()).toMatchObject({ status: 'authenticated' })
})

test('C11 a late 401 to the former user does not end the session of the new one', async () => {
  const client = await stage.createReady({ fetch: deaf })
  const gate = createGate()
  const asked = createGate()
  stage.bff.onToken = async () => {
    asked.open()
    await gate.opened
    return problem(401, 'session_revoked', 'login', { reason: 'replaced' })
  }
  const token = client.getAccessToken({ resource: 'reports' }).catch((error) => error)
  await asked.opened
  stage.bff.user = { sub: 'bob' }
  stage.bff.sid = 'sid-2'
  await client.refreshSession()
  gate.open()
  expect(await token).toMatchObject({ code: 'session_revoked' })
  expect(client.getState()).toMatchObject({ status: 'authenticated', user: { sub: 'bob' } })
})

test('C11 a logout during the first check ends in no session', async () => {
  const gate = createGate()
  stage.bff.onSession = async () => {
    const answer = stage.bff.sessionAnswer('orders')
    await gate.opened
    return HttpResponse.json(answer)
  }
  const client = stage.create()
  const ready = client.ready()
  const done = client.logout()
  gate.open()
  expect(await ready).toEqual({ status: 'unauthenticated', reason: 'logout' })
  await done
})

test('C11 a check that begins during the logout does not overtake it', async () => {
  const client = await stage.createReady()
  const gate = createGate()
  const asked = createGate()
  stage.bff.onLogout = async () => {
    asked.open()
    await gate.opened
    return undefined
  }
  const done = client.logout()
  await asked.opened
  const check = client.refreshSession()
  stage.page.clock.wall += 120_000
  stage.page.fire('focus')
  await stage.page.turns()
  expect(stage.bff.seen.session).toHaveLength(1)
  gate.open()
  await done
  expect(await check).toEqual({ status: 'unauthenticated', reason: 'logout' })
})

test('C11 a listener that asks for a token while the session ends gets none', async () => {
  const client = await stage.createReady()
  const asked: unknown[] = []
  client.on('sessionEnded', () => {
    asked.push(client.getAccessToken().catch((error) => error.code))
  })
  await client.logout()
  expect(await Promise.all(asked)).toEqual(['session_required'])
})

test.each([
  ['the network fails', () => HttpResponse.error(), 'network_error'],
  ['the BFF is down', () => problem(503, 'store_unavailable', 'later'), 'store_unavailable'],
] as const)(
  'a logout of which the BFF could not be told because %s says so',
  async (_name, answer, code) => {
    const client = await stage.createReady()
    stage.bff.onLogout = answer
    await expect(client.logout()).rejects.toMatchObject({
      name: 'AuthError',
      code,
      phase: 'logout',
      retry: 'later',
    })
    expect(client.getState()).toEqual({ status: 'unauthenticated', reason: 'logout' })
    stage.bff.onLogout = undefined
    await client.logout()
    expect(stage.bff.isLoggedIn).toBe(false)
  },
)

test('C11 two logouts at once share one request, and both go on to the provider', async () => {
  stage.bff.onLogout = () => {
    stage.bff.isLoggedIn = false
    return HttpResponse.json({ logoutUrl: 'https://op.example/end' })
  }
  const client = await stage.createReady()
  await Promise.all([client.logout(), client.logout()])
  expect(stage.bff.seen.logout).toHaveLength(1)
  expect(stage.page.navigations).toEqual(['https://op.example/end'])
})

test('a logout that failed can be tried again', async () => {
  const client = await stage.createReady()
  stage.bff.onLogout = () => problem(503, 'store_unavailable', 'later')
  await expect(client.logout()).rejects.toMatchObject({ code: 'store_unavailable' })
  stage.bff.onLogout = undefined
  await client.logout()
  expect(stage.bff.seen.logout).toHaveLength(2)
})

test('a logout goes on to the provider although the client is disposed of meanwhile', async () => {
  const gate = createGate()
  stage.bff.onLogout = async () => {
    await gate.opened
    return HttpResponse.json({ logoutUrl: 'https://op.example/end' })
  }
  const client = await stage.createReady()
  const logout = client.logout()
  await stage.page.turns()
  client.dispose()
  gate.open()
  await logout
  expect(stage.page.navigations).toEqual(['https://op.example/end'])
})
