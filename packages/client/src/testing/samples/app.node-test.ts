import assert from 'node:assert/strict'
import { after, afterEach, test } from 'node:test'
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { setUpFakeSession } from '../index.ts'
import { openWindow } from './open-window.ts'

const resources = { api: { origin: 'https://api.example' } }

openWindow()
const { session } = await setUpFakeSession(
  setupServer,
  { afterEach, afterAll: after },
  {
    resources,
    handlers: [http.get('https://api.example/orders', () => HttpResponse.json(['one']))],
  },
)
const { client, greet, readOrders } = await import('./app.ts')
after(() => client.dispose())

test('greets the user', async () => {
  await session.ready(client)
  assert.equal(await greet(), 'Hello Fake User')
})

test('reads orders, with one renewal after the token was refused', async () => {
  await client.refreshSession()
  session.expireToken()
  assert.deepEqual(await Promise.all([readOrders(), readOrders()]), [['one'], ['one']])
  session.expectRenewals(1)
  assert.throws(() => session.expectRenewals(2), /Expected 2 renewals, there were 1\./)
})

test('sees the network go and come back', async () => {
  await client.refreshSession()
  session.goOffline()
  assert.equal((await client.refreshSession()).status, 'authenticated')
  await assert.rejects(readOrders)
  session.goOnline()
  assert.deepEqual(await readOrders(), ['one'])
})
