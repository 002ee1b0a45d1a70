// @vitest-environment node
import { bffTable, playCase, type TableStage, tableUser } from '@coatcheck/wire/testing'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createFakeSession } from './index.ts'

const origin = 'http://localhost:4000'
const otherDevice = { sid: 'another-device-0000001', createdAt: 1, lastSeenAt: 2 }

const session = createFakeSession({
  scenario: 'anonymous',
  user: tableUser,
  resources: {
    orders: { scope: 'orders:read orders:write orders:cancel' },
    billing: { scope: 'billing:read' },
  },
  tokenLifeSeconds: 600,
  devices: [otherDevice],
  logoutUrl: 'https://login.example/end',
})
const server = setupServer(...session.handlers)

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => session.reset())
afterAll(() => server.close())

const stage: TableStage = {
  send: async ({ path, ...call }) => {
    const end = new AbortController()
    const response = await fetch(`${origin}/bff${path}`, { ...call, signal: end.signal })
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
    if (isStream) end.abort()
    return {
      status: response.status,
      header: (name) => response.headers.get(name) ?? undefined,
      text: isStream ? '' : await response.text(),
    }
  },
  logIn: async () => session.login(),
  end: async (reason) =>
    reason === 'expired' ? session.advance(28_801_000) : session.revoke(reason),
  addDevice: async () => otherDevice.sid,
  advance: (seconds) => session.advance(seconds * 1000),
}

test.each(bffTable)('the fake answers as the BFF does: $title', async (row) => {
  expect(await playCase(stage, row)).toEqual([])
})
