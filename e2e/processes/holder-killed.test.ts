import { test } from 'vitest'
import { startExpiredSession } from './support/expired-session.ts'

/** A lease outlives its holder by 6 s at most; nobody waits longer than 10 s for a renewal. */
const boundMs = 10_500

/** Shorter than a lease that was left behind would last. */
const atOnceMs = 5_000

const timed = async <T>(work: Promise<T>): Promise<{ result: T; ms: number }> => {
  const startedAt = performance.now()
  const result = await work
  return { result, ms: performance.now() - startedAt }
}

const login = { status: 401, code: 'session_revoked', reason: 'refresh_rejected', retry: 'login' }

// Each waits for a lease to run out, so they wait together.
test.concurrent('B85 holder killed with -9 before its call: the others finish, with one call', async (context) => {
  const { expect } = context
  const session = await startExpiredSession(context)
  const { cluster, victim, askSurvivors, refreshes } = session
  const { reached } = await victim.holdAt('before-call')
  const unanswered = cluster.token(victim, session.login).catch(() => 'unanswered')
  await reached
  const survivors = timed(askSurvivors())
  await victim.kill()
  const { result, ms } = await survivors
  expect(result.map(({ status }) => status)).toEqual([200, 200])
  expect(new Set(result.map(({ body }) => body.access_token)).size).toBe(1)
  expect([refreshes(), await unanswered]).toEqual([1, 'unanswered'])
  expect(ms).toBeLessThan(boundMs)
  await cluster.expireTokens()
  const next = await timed(askSurvivors())
  expect(next.result.map(({ status }) => status)).toEqual([200, 200])
  expect(next.ms).toBeLessThan(atOnceMs)
})

test.concurrent('B85 holder killed with -9 while the provider works: an honest 401, no loop, no stuck lease', async (context) => {
  const { expect } = context
  const session = await startExpiredSession(context)
  const { cluster, victim, askSurvivors, refreshes } = session
  cluster.idp.faults.set({ kind: 'delay', ms: 1_000, grantType: 'refresh_token', times: 1 })
  const unanswered = cluster.token(victim, session.login).catch(() => 'unanswered')
  await expect.poll(refreshes).toBe(1)
  const survivors = timed(askSurvivors())
  await victim.kill()
  const { result, ms } = await survivors
  expect(result.map(({ body }) => body)).toMatchObject([login, login])
  expect([refreshes(), await unanswered]).toEqual([2, 'unanswered'])
  expect(ms).toBeLessThan(boundMs)
  const next = await timed(askSurvivors())
  expect(next.result.map(({ body }) => body)).toMatchObject([login, login])
  expect(next.ms).toBeLessThan(atOnceMs)
  expect(refreshes()).toBe(2)
})

test.concurrent('B85 holder killed with -9 after the provider has rotated: an honest 401, no loop, no stuck lease', async (context) => {
  const { expect } = context
  const session = await startExpiredSession(context)
  const { cluster, victim, askSurvivors, refreshes } = session
  const { reached } = await victim.holdAt('after-answer')
  const unanswered = cluster.token(victim, session.login).catch(() => 'unanswered')
  await reached
  const survivors = timed(askSurvivors())
  await victim.kill()
  const { result, ms } = await survivors
  expect(result.map(({ body }) => body)).toMatchObject([login, login])
  expect([refreshes(), await unanswered]).toEqual([2, 'unanswered'])
  expect(ms).toBeLessThan(boundMs)
  const next = await cluster.login()
  const [first] = cluster.processes
  expect(first && (await cluster.token(first, next)).status).toBe(200)
})
