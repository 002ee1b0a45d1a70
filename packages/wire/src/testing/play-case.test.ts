import { expect, test } from 'vitest'
import { get, tokenOf } from './expectations.ts'
import { playCase } from './play-case.ts'
import type { TableAnswer, TableCase, TableStage } from './stage.ts'

const good = {
  access_token: 'one',
  token_type: 'Bearer',
  expires_in: 60,
  scope: 'read',
  resource: 'orders',
}

const headers: Readonly<Record<string, string>> = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
}

const answer = (
  body: unknown = good,
  status = 200,
  changed: Readonly<Record<string, string>> = {},
): TableAnswer => ({
  status,
  header: (name) => ({ ...headers, ...changed })[name],
  text: typeof body === 'string' ? body : JSON.stringify(body),
})

const stageOf = (...answers: readonly TableAnswer[]): TableStage => {
  const rest = [...answers]
  return {
    send: async () => rest.shift() ?? answer(''),
    logIn: async () => {},
    end: async () => {},
    addDevice: async () => '',
    advance: () => {},
  }
}

const twice = (token: 'same' | 'other'): TableCase => ({
  title: 'two tokens',
  steps: [
    { call: get('/token'), answer: tokenOf('orders', { expiresIn: 60 }) },
    { call: get('/token'), answer: tokenOf('orders', { token }) },
  ],
})

test('answers as they should be leave nothing to say', async () => {
  expect(await playCase(stageOf(answer(), answer()), twice('same'))).toEqual([])
  const other = answer({ ...good, access_token: 'two' })
  expect(await playCase(stageOf(answer(), other), twice('other'))).toEqual([])
})

const { scope: _, ...withoutScope } = good

test.each([
  ['another status', answer(good, 201), 'status: 201 is not 200'],
  ['another type', answer(good, 200, { 'content-type': 'text/html' }), 'type: "text/html"'],
  [
    'an answer that may be stored',
    answer(good, 200, { 'cache-control': 'public' }),
    'cache-control',
  ],
  ['a member too many', answer({ ...good, refresh_token: 'x' }), 'refresh_token is one too many'],
  ['a member too few', answer(withoutScope), 'scope: undefined is not a text'],
  ['another value', answer({ ...good, expires_in: 61 }), 'expires_in: 61 is not 60'],
  [
    'a value of another kind',
    answer({ ...good, access_token: '' }),
    'access_token: "" is not a text',
  ],
  ['no JSON', answer('<html>'), 'undefined is not an object'],
] as const)('%s is told', async (_name, first, fault) => {
  const faults = await playCase(stageOf(first, first), twice('same'))
  expect(faults.join('\n')).toContain(
    `GET /token: ${fault.startsWith('undef') ? ': ' : ''}${fault}`,
  )
})

test('a token that should be another, or the same, is told', async () => {
  const other = answer({ ...good, access_token: 'two' })
  const same = 'GET /token: token: "other" is not "same"'
  expect(await playCase(stageOf(answer(), other), twice('same'))).toEqual([same])
  const different = 'GET /token: token: "same" is not "other"'
  expect(await playCase(stageOf(answer(), answer()), twice('other'))).toEqual([different])
})
