import { test } from 'vitest'
import { startExpiredSession } from './support/expired-session.ts'

// Each waits for a lease to run out, so they wait together.
test.concurrent('B85 holder stopped past its lease before it asks: the others renew, and it sends nothing late', async (context) => {
  const { expect } = context
  const { cluster, login, victim, askSurvivors, refreshes } = await startExpiredSession(context)
  const { reached } = await victim.holdAt('discovery')
  const late = cluster.token(victim, login)
  await reached
  victim.signal('SIGSTOP')
  const survivors = await askSurvivors()
  expect(survivors.map(({ status }) => status)).toEqual([200, 200])
  expect(refreshes()).toBe(1)
  victim.signal('SIGCONT')
  victim.goOn()
  const { status, body } = await late
  expect([status, body.access_token]).toEqual([200, survivors[0]?.body.access_token])
  // Its request would have been a reuse of the refresh token: the end of the session.
  expect(refreshes()).toBe(1)
  await cluster.expireTokens()
  expect((await cluster.token(victim, login)).status).toBe(200)
})

test.concurrent('B85 holder stopped past its lease with an answer in its hands: its late write is refused', async (context) => {
  const { expect } = context
  const { cluster, login, victim, askSurvivors, refreshes } = await startExpiredSession(context)
  const { reached } = await victim.holdAt('forged-answer')
  const late = cluster.token(victim, login)
  await reached
  victim.signal('SIGSTOP')
  const survivors = await askSurvivors()
  expect(survivors.map(({ status }) => status)).toEqual([200, 200])
  victim.signal('SIGCONT')
  victim.goOn()
  const { status, body } = await late
  expect([status, body.access_token]).toEqual([200, survivors[0]?.body.access_token])
  expect(refreshes()).toBe(1)
  await cluster.expireTokens()
  expect((await cluster.token(victim, login)).status).toBe(200)
  expect((await askSurvivors()).map((answer) => answer.status)).toEqual([200, 200])
  expect(refreshes()).toBe(2)
})

test.concurrent('B85 holder stopped past its lease after the provider has rotated: the ended session stays dead, its new token is revoked', async (context) => {
  const { expect } = context
  const { cluster, login, victim, askSurvivors } = await startExpiredSession(context)
  const { reached } = await victim.holdAt('after-answer')
  const late = cluster.token(victim, login)
  const { refreshToken = '' } = await reached
  victim.signal('SIGSTOP')
  const ended = { code: 'session_revoked', reason: 'refresh_rejected' }
  expect((await askSurvivors()).map(({ body }) => body)).toMatchObject([ended, ended])
  victim.signal('SIGCONT')
  victim.goOn()
  expect((await late).body).toMatchObject(ended)
  expect((await askSurvivors()).map(({ body }) => body)).toMatchObject([ended, ended])
  await expect.poll(() => cluster.idp.counts().revocation).toBe(1)
  expect(await cluster.tryRefreshToken(refreshToken)).toBe(400)
})
