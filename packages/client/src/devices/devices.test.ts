// @vitest-environment node
import { HttpResponse, http } from 'msw'
import { expect, test } from 'vitest'
import { problem } from '../fake-bff.fixture.ts'
import { appOrigin } from '../page.fixture.ts'
import { setStage } from '../stage.fixture.ts'
import { endDevice, listDevices } from './index.ts'

const stage = setStage()

const devices = [
  { sid: 'sid-1', createdAt: 1, lastSeenAt: 9, browser: 'Chrome', current: true },
  { sid: 'sid 2/..', createdAt: 2, lastSeenAt: 8, platform: 'macOS', current: false },
]

test('the devices are those the BFF lists', async () => {
  const client = await stage.createReady()
  stage.use(
    http.get(`${appOrigin}/bff/sessions`, ({ request }) => {
      expect(request.headers.get('x-csrf')).toBe('1')
      return HttpResponse.json({ sessions: devices })
    }),
  )
  expect(await listDevices(client)).toEqual(devices)
})

test('ending a device names it by its sid and by nothing else', async () => {
  const client = await stage.createReady()
  const ended: string[] = []
  stage.use(
    http.delete(`${appOrigin}/bff/sessions/:sid`, ({ params, request }) => {
      expect(request.headers.get('x-csrf')).toBe('1')
      ended.push(String(params.sid))
      return new HttpResponse(null, { status: 204 })
    }),
  )
  await endDevice(client, { sid: 'sid 2/..' })
  expect(ended).toEqual(['sid 2/..'])
  expect(client.getState().status).toBe('authenticated')
})

test('ending the session that asks ends it here', async () => {
  const client = await stage.createReady()
  stage.use(
    http.delete(`${appOrigin}/bff/sessions/sid-1`, () => {
      Object.assign(stage.bff, { isLoggedIn: false, reason: 'revoked' })
      return new HttpResponse(null, { status: 204 })
    }),
  )
  await endDevice(client, { sid: 'sid-1' })
  expect(client.getState()).toEqual({ status: 'unauthenticated', reason: 'revoked' })
})

test('refusals keep their code, and strange answers are told as such', async () => {
  const client = await stage.createReady()
  stage.use(http.delete(`${appOrigin}/bff/sessions/gone`, () => problem(404, 'not_found', 'never')))
  await expect(endDevice(client, { sid: 'gone' })).rejects.toMatchObject({ code: 'not_found' })
  for (const body of ['<html>', '{}', '{"sessions":{}}', '{"sessions":[{"sid":1}]}', 'null']) {
    stage.use(http.get(`${appOrigin}/bff/sessions`, () => new HttpResponse(body)))
    await expect(listDevices(client)).rejects.toMatchObject({
      code: 'unexpected_answer',
      phase: 'devices',
    })
  }
})
