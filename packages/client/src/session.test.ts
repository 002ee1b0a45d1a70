// @vitest-environment node
import { HttpResponse } from 'msw'
import { expect, test } from 'vitest'
import { setStage } from './test/setup.ts'

const stage = setStage()

test('a cold page needs one request for user, session and token', async () => {
  const client = stage.create()
  expect(client.getState()).toEqual({ status: 'loading' })
  const token = await client.getAccessToken()
  expect(token).toBe(stage.bff.tokens[0])
  expect(client.getState()).toMatchObject({ status: 'authenticated', user: { sub: 'alice' } })
  expect(stage.bff.seen.session).toHaveLength(1)
  expect(stage.bff.seen.token).toHaveLength(0)
  expect(stage.bff.seen.session[0]?.url.search).toBe('?resource=orders')
  const x = HttpResponse
})
