import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fetchHeaders } from '../testing/browser.ts'
import { openEventStream } from '../testing/event-stream.ts'
import { createGate, type Gate } from '../testing/gate.ts'
import { hashToken } from '../testing/hash-token.ts'
import { ask, type Served, serve, servedSealingKey } from '../testing/served.ts'

/** Holds every renewal at the provider. */
const holdRenewal = ({ provider }: Served): Gate => {
  const gate = createGate()
  provider.script.token = async (_request, standard) => {
    await gate.pass()
    return { body: await standard() }
  }
  return gate
}

const currentToken = async ({ browser }: Served): Promise<string> =>
  String((await browser.post('/bff/token')).json().access_token)

const lineOf = ({ lines }: Served, event: string): Record<string, unknown> | undefined =>
  lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .find((fields) => fields.event === event)

test('a login, a token and a logout work on the SQLite file', async () => {
  const served = await serve()
  await served.login()
  expect((await served.browser.get('/bff/session?resource=orders')).json()).toMatchObject({
    authenticated: true,
    token: { token_type: 'Bearer' },
  })
  expect((await served.browser.post('/bff/logout')).status).toBe(200)
  expect((await served.browser.get('/bff/session')).json()).toMatchObject({ authenticated: false })
  await served.close()
})

test('a session outlives a restart', async () => {
  const first = await serve()
  await first.login()
  await first.server.close()
  const file = readFileSync(join(first.folder, 'coatcheck.sqlite'))
  expect(file.length).toBeGreaterThan(0)
  const second = await serve({
    file: (standard) => ({
      ...standard,
      publicUrl: first.origin,
      provider: {
        issuer: first.provider.issuer,
        clientId: first.provider.clientId,
        clientSecret: first.provider.clientSecret,
      },
      listen: { port: Number(new URL(first.origin).port) },
      store: { path: join(first.folder, 'coatcheck.sqlite') },
    }),
  })
  const cookie = [...first.browser.jar].map(([name, { value }]) => `${name}=${value}`).join('; ')
  const answer = await ask(first.origin, '/bff/session', {
    headers: { ...fetchHeaders(first.origin), cookie },
  })
  expect(JSON.parse(answer.text)).toMatchObject({ authenticated: true })
  await second.close()
  await first.close()
})

test('a shutdown takes no new connection, finishes the renewal and answers who waits for it', async () => {
  const served = await serve()
  await served.login()
  const rejected = hashToken(await currentToken(served))
  const gate = holdRenewal(served)
  const waiting = served.browser.post('/bff/token', { rejected })
  await gate.reached
  const closed = served.server.close()
  await expect(ask(served.origin, '/')).rejects.toThrow('ECONNREFUSED')
  const ready = await ask(served.operators, '/readyz')
  expect(ready).toMatchObject({ status: 503, text: '{"status":"draining"}' })
  gate.open()
  const answer = await waiting
  expect(answer.json()).toMatchObject({ token_type: 'Bearer' })
  expect(answer.headers.connection).toBe('close')
  await closed
  expect(lineOf(served, 'server.stopped')).toMatchObject({ code: 'finished' })
  await expect(ask(served.operators, '/livez')).rejects.toThrow('ECONNREFUSED')
  await served.close()
})

test('a renewal whose caller has left is finished and stored before the shutdown', async () => {
  const served = await serve()
  await served.login()
  const rejected = hashToken(await currentToken(served))
  const gate = holdRenewal(served)
  const waiting = served.browser.post('/bff/token', { rejected }).catch(() => 'gone')
  await gate.reached
  const closed = served.server.close()
  gate.open()
  await Promise.all([closed, waiting])
  expect(served.provider.count('/token', 'refresh_token')).toBe(1)
  expect(lineOf(served, 'server.stopped')).toMatchObject({ code: 'finished' })
  await served.close()
})

test('a provider that never answers does not hold the shutdown beyond its bound', async () => {
  const served = await serve({ file: (standard) => ({ ...standard, shutdownSeconds: 1 }) })
  await served.login()
  const rejected = hashToken(await currentToken(served))
  const gate = holdRenewal(served)
  const waiting = served.browser.post('/bff/token', { rejected }).catch(() => 'cut')
  await gate.reached
  await served.server.close()
  expect(await waiting).toBe('cut')
  expect(lineOf(served, 'server.stopped')).toMatchObject({ code: 'cut' })
  gate.open()
  await served.close()
})

test('an open event stream ends with the server and does not hold it', async () => {
  const served = await serve()
  await served.login()
  const stream = await openEventStream(served)
  expect(stream.status).toBe(200)
  await served.server.close()
  expect(await stream.next()).toBe('closed')
  expect(lineOf(served, 'server.stopped')).toMatchObject({ code: 'finished' })
  await served.close()
})

test('closing twice is closing once', async () => {
  const served = await serve()
  await Promise.all([served.server.close(), served.server.close()])
  expect(served.lines.filter((line) => line.includes('server.stopped'))).toHaveLength(1)
  await served.close()
})

test('a busy port is named with the way out, and nothing is left open', async () => {
  const busy = createServer()
  await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve))
  const { port } = busy.address() as AddressInfo
  const start = serve({ file: (standard) => ({ ...standard, operators: { port } }) })
  await expect(start).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: `operators: 127.0.0.1 port ${port} is in use; stop who has it or choose another port.`,
  })
  await new Promise((resolve) => busy.close(resolve))
})

test('B126 both ports listen on loopback alone', async () => {
  const served = await serve()
  expect(served.server.address.host).toBe('127.0.0.1')
  expect(served.server.operatorsAddress.host).toBe('127.0.0.1')
  await served.close()
})

test('B124 a whole run leaves no token, cookie, code, secret or id in the log, and no broken line', async () => {
  const served = await serve()
  const hostile = encodeURIComponent('x\r\n{"level":"info","event":"forged"}')
  await served.login()
  const cookies = [...served.browser.jar.values()].map(({ value }) => value)
  const token = await currentToken(served)
  const session = (await served.browser.get('/bff/session')).json()
  await served.browser.post('/bff/token', { rejected: hashToken(token) })
  await served.browser.navigate(`/bff/callback?error=${hostile}&state=${hostile}`)
  await ask(served.origin, `/${hostile}`, { headers: { 'user-agent': 'agent-of-the-test' } })
  await ask(served.origin, '/', { headers: { 'x-forwarded-for': '198.51.100.77' } })
  await served.browser.post('/bff/logout')
  await served.close()
  const text = served.lines.join('')
  const secrets = [
    ...served.provider.issued,
    ...cookies,
    ...cookies.flatMap((value) => value.split('.')),
    served.provider.clientSecret,
    servedSealingKey,
    token,
    (session.session as { readonly sid: string }).sid,
    'alice',
    '127.0.0.1:',
    '198.51.100.77',
    'agent-of-the-test',
  ].filter((secret) => secret.length > 4)
  expect(secrets.length).toBeGreaterThan(8)
  for (const secret of secrets) expect(text).not.toContain(secret)
  for (const line of served.lines) {
    const fields = JSON.parse(line) as Record<string, unknown>
    expect(fields).toMatchObject({ name: 'coatcheck', level: expect.any(String) })
    expect(fields.event).toMatch(/^[a-z]+\.[a-z_]+$/)
    expect(line.indexOf('\n')).toBe(line.length - 1)
  }
  expect(lineOf(served, 'login.succeeded')).toBeDefined()
  expect(lineOf(served, 'logout.local')).toBeDefined()
  expect(lineOf(served, 'login.failed')).toBeDefined()
  expect(lineOf(served, 'forged')).toBeUndefined()
})
