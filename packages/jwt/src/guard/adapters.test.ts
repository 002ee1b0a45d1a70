import { describe, expect, test } from 'vitest'
import { makeGuardTable } from '../testing/guard-table.ts'
import type { Send } from '../testing/guarded-apis.ts'
import { guardedApis, serve } from '../testing/guarded-apis.ts'
import { everyAttempt } from '../testing/hostile/index.ts'
import { canary } from '../testing/tokens.ts'
import type { Refusal } from './refusal.ts'

const frameworks = Object.entries(guardedApis)

describe.each(frameworks)('J87 %s answers the common table', (_, makeApi) => {
  test.each(makeGuardTable().map((row) => [row.name, row] as const))('%s', async (_, row) => {
    const send = await serve(makeApi(row))
    expect(await send(row.request)).toEqual(row.reply)
  })
})

/** Tokens that arrive as they were sent: HTTP carries no others, trims blanks, and has its limits. */
const attempts = everyAttempt('http://127.0.0.1:9').filter(
  ([, , token]) =>
    /^[\x20-\x7e\x80-\xff\t]*$/.test(token) && token.trim() === token && token.length < 60_000,
)

const sendAll = async (send: Send, scheme: string) => {
  const replies: Awaited<ReturnType<Send>>[] = []
  for (let index = 0; index < attempts.length; index += 50) {
    const batch = attempts.slice(index, index + 50)
    replies.push(
      ...(await Promise.all(
        batch.map(([, , token]) => send({ headers: [['Authorization', `${scheme} ${token}`]] })),
      )),
    )
  }
  return replies
}

test('J87 every hostile token has the same answer in every framework', async () => {
  const [reference = [], ...others] = await Promise.all(
    frameworks.map(async ([, makeApi]) => sendAll(await serve(makeApi({})), 'Bearer')),
  )
  expect(attempts.length).toBeGreaterThan(600)
  expect(reference.length).toBe(attempts.length)
  for (const replies of others) {
    for (const [index, reply] of replies.entries()) {
      expect(reply, attempts[index]?.[1]).toEqual(reference[index])
    }
  }
  expect(new Set(reference.map(({ status }) => status))).toEqual(new Set([400, 401]))
  expect(JSON.stringify(reference)).not.toContain(canary)
})

test('J41 the answers to all hostile tokens are two, and tell nothing apart', async () => {
  for (const [, makeApi] of frameworks) {
    const replies = await sendAll(await serve(makeApi({})), 'Bearer')
    expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(2)
  }
})

test('J85 what a guard gives its log holds no part of any token', async () => {
  for (const [, makeApi] of frameworks) {
    const logged: Refusal[] = []
    const send = await serve(makeApi({}, (refusal) => logged.push(refusal)))
    await sendAll(send, 'Bearer')
    expect(logged.length).toBe(attempts.length)
    const text = JSON.stringify(logged)
    expect(text).not.toContain(canary)
    for (const [, name, token] of attempts) {
      for (const part of token.split('.')) {
        if (part.length >= 16) expect(text.includes(part), name).toBe(false)
      }
    }
  }
})
