import { afterAll, beforeAll, expect, test } from 'vitest'
import { cookieHeader } from './support/send.ts'
import { type Cluster, type Login, startCluster } from './support/start-cluster.ts'
import type { BffProcess } from './support/start-process.ts'

let cluster: Cluster
let first: BffProcess
let second: BffProcess

beforeAll(async () => {
  cluster = await startCluster({ processes: 2 })
  const [one, other] = cluster.processes
  if (one === undefined || other === undefined) throw new Error('Two processes were asked for.')
  first = one
  second = other
})
afterAll(() => cluster.close())

const loginAndExpire = async (): Promise<Login> => {
  const login = await cluster.login()
  await cluster.expireTokens()
  cluster.idp.resetCounts()
  return login
}

test('B87 a logout in one process during a renewal in another: dead in all, the new refresh token revoked', async () => {
  const login = await loginAndExpire()
  const { reached } = await first.holdAt('after-answer')
  const late = cluster.token(first, login)
  const { refreshToken = '' } = await reached
  expect((await cluster.logout(second, login)).status).toBe(200)
  first.goOn()
  expect((await late).body).toMatchObject({ code: 'session_revoked', reason: 'logout' })
  for (const process of [first, second]) {
    const { body } = await cluster.session(process, login)
    expect(body).toEqual({ authenticated: false, reason: 'logout' })
  }
  await expect.poll(() => cluster.idp.counts().revocation).toBe(2)
  expect(await cluster.tryRefreshToken(refreshToken)).toBe(400)
})

test('a slide and a secret rotation in one process during a renewal in another cost neither', async () => {
  const login = await loginAndExpire()
  await cluster.expireTokens()
  const { reached } = await first.holdAt('after-answer')
  const renewed = cluster.token(first, login)
  await reached
  const rotated = await cluster.session(second, login)
  expect(rotated.setCookies.length).toBeGreaterThan(0)
  first.goOn()
  expect((await renewed).status).toBe(200)
  const next: Login = { cookie: cookieHeader(rotated.setCookies) }
  expect((await cluster.token(second, next)).body.access_token).toBe(
    (await renewed).body.access_token,
  )
  await cluster.expireTokens()
  expect((await cluster.token(first, next)).status).toBe(200)
  expect(cluster.idp.counts()['token:refresh_token']).toBe(2)
})
