import { expect, test } from 'vitest'
import { client, greet, readOrders } from './app.ts'
import { session } from './auth.setup.ts'

test('greets the user', async () => {
  await session.ready(client)
  expect(await greet()).toBe('Hello Fake User')
})

test('reads orders, with one renewal after the token was refused', async () => {
  await client.refreshSession()
  session.expireToken()
  expect(await Promise.all([readOrders(), readOrders()])).toEqual([['one'], ['one']])
  session.expectRenewals(1)
})

test('offers the login when the session was ended', async () => {
  session.set('revoked')
  await client.refreshSession()
  expect(await greet()).toBe('Log in')
})
