// @vitest-environment jsdom
import { setupServer } from 'msw/node'
import { afterAll, afterEach, expect, test } from 'vitest'
import { createAuthClient } from '../index.ts'
import { FakeSessionError, setUpFakeSession } from './index.ts'

const tooEarly = createAuthClient({ resources: {} })
const { session } = await setUpFakeSession(
  setupServer,
  { afterEach, afterAll },
  { onUnhandledRequest: 'bypass' },
)
afterAll(() => tooEarly.dispose())

test('a client created before MSW listened is told apart, with the remedy', async () => {
  await expect(session.ready(tooEarly)).rejects.toMatchObject({
    name: 'FakeSessionError',
    code: 'client_created_too_early',
  })
  await expect(session.ready(tooEarly)).rejects.toThrow(/before MSW listened.*setup file/)
})

test('expectations are refused while nothing has arrived, whatever they expect', async () => {
  expect(() => session.expectRenewals(0)).toThrow(FakeSessionError)
  expect(() => session.expectLogouts()).toThrow(/before MSW listened/)
  // Of an app whose resources the fake was not told.
  const inTime = createAuthClient({ resources: { orders: { origin: 'https://orders.example' } } })
  expect(await session.ready(inTime)).toMatchObject({ status: 'authenticated' })
  session.expectRenewals(0)
  session.expectLogouts()
  inTime.dispose()
})

test('a client of another path is told apart as well', async () => {
  const elsewhere = createAuthClient({ resources: {}, bffPath: '/auth' })
  await expect(session.ready(elsewhere)).rejects.toThrow(/bffPath/)
  elsewhere.dispose()
})
