// @vitest-environment node
import { HttpResponse } from 'msw'
import { expect, test, vi } from 'vitest'
import type { AuthClient } from './create-auth-client.ts'
import { apiOrigin, createGate } from './fake-bff.fixture.ts'
import { setStage } from './stage.fixture.ts'

/** By default a wait is given up after one second, which a busy machine may take. */
const patience = { timeout: 20_000 }

const stage = setStage()

/** Settles when a client's snapshot has the status. */
const until = (client: AuthClient, status: string): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (client.getState().status === status) resolve()
    }
    client.subscribe(look)
    look()
  })

/** Another script of the same origin. */
const openForeign = (name = 'coatcheck:/bff') => {
  const channel = new BroadcastChannel(name)
  const heard: unknown[] = []
  channel.onmessage = (event) => heard.push((event as MessageEvent).data)
  return { channel, heard }
}

test('C11 a logout in one tab clears the others, aborts their requests and asks nothing', async () => {
  const first = await stage.createReady()
  const second = await stage.createReady()
  const ended = vi.fn()
  second.on('sessionEnded', ended)
  const asked = createGate()
  stage.bff.onApi = () => {
    asked.open()
    return new Promise<Response>(() => {})
  }
  const waiting = second.fetch(`${apiOrigin}/waiting`).catch((error) => error)
  await asked.opened
  const checks = stage.bff.seen.session.length
  await first.logout()
  await until(second, 'unauthenticated')
  expect(second.getState()).toEqual({ status: 'unauthenticated', reason: 'logout' })
  expect(ended.mock.calls).toEqual([[{ reason: 'logout' }]])
  expect(await waiting).toMatchObject({ code: 'session_required' })
  await expect(second.getAccessToken()).rejects.toMatchObject({ code: 'session_required' })
  expect(stage.bff.seen.session).toHaveLength(checks)
  expect(stage.bff.seen.logout).toHaveLength(1)
})

test('C11 a renewal under way in another tab is thrown away as well', async () => {
  const first = await stage.createReady()
  const second = await stage.createReady()
  const gate = createGate()
  const asked = createGate()
  stage.bff.onToken = async () => {
    asked.open()
    await gate.opened
    return HttpResponse.json(stage.bff.nextToken('reports'))
  }
  const call = second.getAccessToken({ resource: 'reports' }).catch((error) => error)
  await asked.opened
  await first.logout()
  await until(second, 'unauthenticated')
  gate.open()
  expect(await call).toMatchObject({ code: 'session_required' })
  expect(second.getState().status).toBe('unauthenticated')
})

test('a login in one tab is noticed by the others, which ask once', async () => {
  stage.bff.isLoggedIn = false
  const first = await stage.createReady()
  expect(first.getState().status).toBe('unauthenticated')
  stage.bff.isLoggedIn = true
  const second = await stage.createReady()
  await until(first, 'authenticated')
  await stage.page.idle()
  expect(second.getState().status).toBe('authenticated')
  expect(stage.bff.seen.session).toHaveLength(3)
  expect(stage.bff.seen.session[2]?.url.searchParams.get('slide')).toBe('false')
})

test('one more tab of the same session costs the others nothing', async () => {
  await stage.createReady()
  await stage.createReady()
  const { channel, heard } = openForeign()
  await stage.createReady()
  await vi.waitFor(() => expect(heard).toEqual([{ sid: 'sid-1' }]), patience)
  await stage.page.idle()
  channel.close()
  expect(stage.bff.seen.session).toHaveLength(3)
})

test('C12 another user in another tab: the old token is dropped, requests are aborted, and it is told', async () => {
  const first = await stage.createReady()
  const changed = vi.fn()
  first.on('userChanged', changed)
  const asked = createGate()
  stage.bff.onApi = () => {
    asked.open()
    return new Promise<Response>(() => {})
  }
  const waiting = first.fetch(`${apiOrigin}/waiting`).catch((error) => error)
  await asked.opened
  stage.bff.onApi = undefined
  const [old] = stage.bff.tokens
  stage.bff.user = { sub: 'bob' }
  stage.bff.sid = 'sid-2'
  await stage.createReady()
  expect(await waiting).toMatchObject({ code: 'session_required' })
  await vi.waitFor(() => expect(changed.mock.calls).toEqual([[{ user: { sub: 'bob' } }]]), patience)
  expect(first.getState()).toMatchObject({ status: 'authenticated', user: { sub: 'bob' } })
  expect((await first.fetch(`${apiOrigin}/orders`)).status).toBe(200)
  const sent = stage.bff.seen.api.at(-1)?.headers.get('authorization')
  expect(sent).not.toBe(`Bearer ${old}`)
})

test('C12 another user found at a check: no token of the former user is used again', async () => {
  const client = await stage.createReady()
  const reports = await client.getAccessToken({ resource: 'reports' })
  const ended = vi.fn()
  client.on('sessionEnded', ended)
  stage.bff.user = { sub: 'bob' }
  stage.bff.sid = 'sid-2'
  await client.refreshSession()
  expect(await client.getAccessToken({ resource: 'reports' })).not.toBe(reports)
  expect(ended).not.toHaveBeenCalled()
})

test('C12 a renewal that was under way for the former user is not handed to the new one', async () => {
  const client = await stage.createReady()
  const gate = createGate()
  const asked = createGate()
  stage.bff.onToken = async () => {
    const answer = stage.bff.nextToken('reports')
    asked.open()
    await gate.opened
    return HttpResponse.json(answer)
  }
  const call = client.getAccessToken({ resource: 'reports' }).catch((error) => error)
  await asked.opened
  const old = stage.bff.tokens.at(-1)
  stage.bff.onToken = undefined
  stage.bff.user = { sub: 'bob' }
  stage.bff.sid = 'sid-2'
  await client.refreshSession()
  gate.open()
  expect(await call).toMatchObject({ code: 'session_required' })
  expect(await client.getAccessToken({ resource: 'reports' })).not.toBe(old)
})

test('the same user in another session: tokens are asked for anew, requests go on', async () => {
  const client = await stage.createReady()
  const changed = vi.fn()
  client.on('userChanged', changed)
  const reports = await client.getAccessToken({ resource: 'reports' })
  const gate = createGate()
  const asked = createGate()
  stage.bff.onApi = async () => {
    asked.open()
    await gate.opened
    return new HttpResponse('done')
  }
  const upload = client.fetch(`${apiOrigin}/upload`, { method: 'POST', body: 'x' })
  await asked.opened
  stage.bff.sid = 'sid-2'
  await client.refreshSession()
  gate.open()
  expect(await (await upload).text()).toBe('done')
  expect(await client.getAccessToken({ resource: 'reports' })).not.toBe(reports)
  expect(changed).not.toHaveBeenCalled()
})

test.each([
  ['nothing', undefined],
  ['null', null],
  ['text', 'logout'],
  ['a number', 0],
  ['a list', [null]],
  ['an empty object', {}],
  ['a foreign object', { kind: 'logout', type: 'SIGNED_OUT' }],
  ['an undefined sid', { sid: undefined }],
  ['the same sid', { sid: 'sid-1' }],
  ['an empty sid', { sid: '' }],
  ['false', { sid: false }],
  ['a token from nowhere', { access_token: 'x', token: 'y' }],
])('%s from another script is ignored', async (_name, message) => {
  const client = await stage.createReady()
  const state = client.getState()
  const { channel } = openForeign()
  channel.postMessage(message)
  // The next message shows that the first has been heard.
  channel.postMessage({ sid: 'sid-9' })
  await vi.waitFor(() => expect(stage.bff.seen.session).toHaveLength(2), patience)
  await stage.page.idle()
  channel.close()
  expect(client.getState()).toBe(state)
  expect(stage.bff.seen.session).toHaveLength(2)
})

test('clients of two BFFs on one origin do not disturb one another', async () => {
  const one = await stage.createReady()
  const { channel, heard } = openForeign('coatcheck:/other')
  channel.postMessage({ sid: null })
  await one.logout()
  await stage.page.idle()
  channel.close()
  expect(heard).toEqual([])
})

test('a browser that refuses the channel has a client all the same', async () => {
  vi.stubGlobal(
    'BroadcastChannel',
    class {
      constructor() {
        throw new DOMException('storage is switched off', 'SecurityError')
      }
    },
  )
  const client = await stage.createReady()
  expect(client.getState().status).toBe('authenticated')
  await client.logout()
  expect(client.getState().status).toBe('unauthenticated')
})

test('C11 logouts in two tabs at the same time both reach the BFF', async () => {
  const first = await stage.createReady()
  const second = await stage.createReady()
  const gate = createGate()
  stage.bff.onLogout = async () => {
    await gate.opened
    stage.bff.isLoggedIn = false
    return undefined
  }
  const both = Promise.all([first.logout(), second.logout()])
  await until(first, 'unauthenticated')
  await until(second, 'unauthenticated')
  gate.open()
  await both
  expect(stage.bff.seen.logout).toHaveLength(2)
})

test('C11 a tab that asks while another logs out does not stay logged in', async () => {
  const first = await stage.createReady()
  const second = await stage.createReady()
  const gate = createGate()
  stage.bff.onLogout = async () => {
    await gate.opened
    stage.bff.isLoggedIn = false
    return undefined
  }
  const done = first.logout()
  await until(second, 'unauthenticated')
  // The session is still alive at the BFF.
  await second.refreshSession()
  expect(second.getState().status).toBe('authenticated')
  gate.open()
  await done
  await until(second, 'unauthenticated')
  await expect(second.getAccessToken()).rejects.toMatchObject({ code: 'session_required' })
})
