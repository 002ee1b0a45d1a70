import type { FaultEffect } from '@coatcheck/dev-idp'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
  cluster.idp.faults.clear()
  const login = await cluster.login()
  await cluster.expireTokens()
  cluster.idp.resetCounts()
  return login
}

const expectAlive = async (login: Login) => {
  for (const process of [first, second]) {
    const { body } = await cluster.session(process, login)
    expect(body).toMatchObject({ authenticated: true, user: { sub: 'alice' } })
  }
}

const expectRecovery = async (login: Login) => {
  cluster.idp.faults.clear()
  for (const process of [first, second]) {
    expect((await cluster.token(process, login)).status).toBe(200)
    await cluster.expireTokens()
  }
  expect(cluster.idp.counts()['token:authorization_code']).toBe(0)
}

/** What the provider does, and what every process answers meanwhile. */
const faults: readonly (readonly [string, FaultEffect, number, string, string | undefined])[] = [
  [
    '503 with Retry-After',
    { kind: 'status', status: 503, retryAfterSeconds: 7 },
    503,
    'provider_unavailable',
    '7',
  ],
  ['429 with Retry-After', { kind: '429', retryAfterSeconds: 3 }, 503, 'provider_unavailable', '3'],
  ['429 without', { kind: '429' }, 503, 'provider_unavailable', '5'],
  ['a page of HTML', { kind: 'html' }, 503, 'provider_unavailable', '5'],
  ['a reset after the request was sent', { kind: 'drop-before' }, 503, 'provider_unavailable', '5'],
  [
    'a refusal of the client secret',
    { kind: 'error', error: 'invalid_client', status: 401 },
    502,
    'provider_rejected_client',
    undefined,
  ],
]

for (const [name, fault, status, code, retryAfter] of faults) {
  test(`B86 ${name} from the provider ends the session in no process, and no login is needed after`, async () => {
    const login = await loginAndExpire()
    cluster.idp.faults.set({ ...fault, grantType: 'refresh_token' })
    const answers = await Promise.all([first, second].map((at) => cluster.token(at, login)))
    for (const answer of answers) {
      expect([answer.status, answer.body.code, answer.retryAfter]).toEqual([
        status,
        code,
        retryAfter,
      ])
    }
    await expectAlive(login)
    await expectRecovery(login)
  })
}

test('B86 a provider that never answers is given up after its time; the next attempt works', async () => {
  const login = await loginAndExpire()
  cluster.idp.faults.set({ kind: 'delay', ms: 600_000, grantType: 'refresh_token' })
  const { status, body } = await cluster.token(first, login)
  expect([status, body.code]).toEqual([503, 'provider_unavailable'])
  await expectAlive(login)
  await expectRecovery(login)
})

test('B86 a key set that cannot be had does not matter to a renewal', async () => {
  const login = await loginAndExpire()
  cluster.idp.faults.set({ kind: 'status', status: 503, endpoint: 'jwks' })
  expect((await cluster.token(second, login)).status).toBe(200)
  await expectRecovery(login)
})

test('B85 an answer lost after a strict provider has rotated: kept at first, then an honest 401', async () => {
  const login = await loginAndExpire()
  cluster.idp.faults.set({ kind: 'drop-after-processing', grantType: 'refresh_token', times: 1 })
  const lost = await cluster.token(first, login)
  expect([lost.status, lost.body.code]).toEqual([503, 'provider_unavailable'])
  await expectAlive(login)
  const next = await cluster.token(second, login)
  expect(next.body).toMatchObject({ code: 'session_revoked', reason: 'refresh_rejected' })
  expect(cluster.idp.counts()['token:refresh_token']).toBe(2)
})
