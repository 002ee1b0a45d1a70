// @vitest-environment node
import { expect, test } from 'vitest'
import { setStage } from '../stage.fixture.ts'
import { readReturnTo } from './index.ts'

const stage = setStage()

test.each([
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\nscript:alert(1)',
  ' javascript:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'blob:http://localhost:4000/x',
  'https://evil.example/',
  'http://localhost:4000.evil.example/',
  'http://localhost:4000@evil.example/',
  'http://localhost:4001/',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/%2fevil.example',
  '/%5cevil.example',
  '/.//evil.example',
  '/a/..//evil.example',
  '/bff/logout',
  '/BFF/login',
  '/%62ff/login',
  '/x\r\ny',
  '/\u0000',
  'orders',
  '?x',
  '',
  `/${'x'.repeat(300)}`,
  null,
  undefined,
])('C15 %j is no place to navigate to', async (value) => {
  const client = await stage.createReady()
  expect(readReturnTo(client, value)).toBe('/')
  expect(readReturnTo(client, value, '/start')).toBe('/start')
})

test('C15 places of the app are kept with query and fragment', async () => {
  const client = await stage.createReady()
  for (const place of ['/', '/orders?x=%2Fy#z', '/a/b?next=https://evil.example']) {
    expect(readReturnTo(client, place)).toBe(place)
  }
  expect(readReturnTo(client, 'http://localhost:4000/orders')).toBe('/orders')
})
