// @vitest-environment node
import { HttpResponse } from 'msw'
import { expect, test } from 'vitest'
import { AuthError } from '../errors.ts'
import { apiOrigin, createGate } from '../fake-bff.fixture.ts'
import { setStage } from '../stage.fixture.ts'
import { createStepUpFetch, type StepUpChallenge, StepUpRequiredError } from './index.ts'

const stage = setStage()

const challenge =
  'Bearer realm="api", error="insufficient_user_authentication", error_description="More, please", acr_values="urn:mfa phr", max_age="60"'

/** An API that wants more of the login until the test says it is enough. */
const guardApi = (header = challenge) => {
  const api = { isSatisfied: false, bodies: [] as string[] }
  stage.bff.onApi = (seen) => {
    api.bodies.push(seen.body)
    return api.isSatisfied
      ? undefined
      : new HttpResponse('no', { status: 401, headers: { 'www-authenticate': header } })
  }
  return api
}

test('without onStepUp the request rejects with what the API asks for', async () => {
  const api = guardApi()
  const fetch = createStepUpFetch(await stage.createReady())
  const error = await fetch(`${apiOrigin}/pay`).catch((reason) => reason)
  expect(error).toBeInstanceOf(StepUpRequiredError)
  expect(error).toBeInstanceOf(AuthError)
  expect(error).toMatchObject({
    code: 'step_up_required',
    retry: 'login',
    acrValues: 'urn:mfa phr',
    maxAge: 60,
  })
  expect(api.bodies).toHaveLength(1)
  expect(stage.bff.seen.token).toHaveLength(0)
})

test('after onStepUp the request is sent once more with its body and the new token', async () => {
  const api = guardApi()
  const client = await stage.createReady()
  const asked: StepUpChallenge[] = []
  const fetch = createStepUpFetch(client, {
    onStepUp: async (wanted) => {
      asked.push(wanted)
      api.isSatisfied = true
      stage.bff.sid = 'sid-2'
      await client.refreshSession()
    },
  })
  const answer = await fetch(new Request(`${apiOrigin}/pay`, { method: 'POST', body: 'ten euros' }))
  expect(await answer.text()).toBe('got ten euros')
  expect(asked).toEqual([{ acrValues: 'urn:mfa phr', maxAge: 60 }])
  expect(api.bodies).toEqual(['ten euros', 'ten euros'])
  const [first, second] = stage.bff.seen.api.map((seen) => seen.headers.get('authorization'))
  expect(first).not.toBe(second)
})

test('requests that meet the same challenge share one step-up', async () => {
  const api = guardApi()
  const gate = createGate()
  let logins = 0
  const fetch = createStepUpFetch(await stage.createReady(), {
    onStepUp: async () => {
      logins++
      await gate.opened
      api.isSatisfied = true
    },
  })
  const calls = [1, 2, 3].map(() => fetch(`${apiOrigin}/pay`))
  await stage.page.turns()
  gate.open()
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200])
  expect(logins).toBe(1)
})

test('the same challenge, met again later, is a step-up of its own', async () => {
  const api = guardApi()
  let times = 0
  const fetch = createStepUpFetch(await stage.createReady(), {
    onStepUp: async () => {
      times++
      api.isSatisfied = true
    },
  })
  for (const wanted of [1, 2]) {
    api.isSatisfied = false
    expect((await fetch(`${apiOrigin}/pay`)).status).toBe(200)
    expect(times).toBe(wanted)
  }
})

test('a login that did not satisfy the API ends after one more request', async () => {
  const api = guardApi()
  const fetch = createStepUpFetch(await stage.createReady(), { onStepUp: async () => {} })
  await expect(fetch(`${apiOrigin}/pay`)).rejects.toBeInstanceOf(StepUpRequiredError)
  expect(api.bodies).toHaveLength(2)
})

test('a step-up that is called off rejects the request with its reason', async () => {
  guardApi()
  const fetch = createStepUpFetch(await stage.createReady(), {
    onStepUp: async () => {
      throw new AuthError('popup_closed', 'login', 'login')
    },
  })
  await expect(fetch(`${apiOrigin}/pay`)).rejects.toMatchObject({ code: 'popup_closed' })
})

test('a request that is aborted does not wait for the step-up the others wait for', async () => {
  const api = guardApi()
  const asked = createGate()
  const done = createGate()
  const fetch = createStepUpFetch(await stage.createReady(), {
    onStepUp: () => {
      asked.open()
      return done.opened
    },
  })
  const controller = new AbortController()
  const aborted = fetch(`${apiOrigin}/pay`, { signal: controller.signal })
  await asked.opened
  const other = fetch(`${apiOrigin}/pay`)
  controller.abort(new Error('left the page'))
  await expect(aborted).rejects.toThrow('left the page')
  await stage.page.idle()
  api.isSatisfied = true
  done.open()
  expect((await other).status).toBe(200)
  expect(api.bodies).toHaveLength(3)
})

test('a stream is sent once and its sender told', async () => {
  const api = guardApi()
  const body = new ReadableStream({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode('x'))
      controller.close()
    },
  })
  const fetch = createStepUpFetch(await stage.createReady(), { onStepUp: async () => {} })
  const init = { method: 'POST', body, duplex: 'half' }
  await expect(fetch(`${apiOrigin}/pay`, init)).rejects.toMatchObject({
    code: 'body_not_replayable',
  })
  expect(api.bodies).toEqual(['x'])
})

test.each([
  ['Bearer error="insufficient_user_authentication"', {}],
  ['Bearer error=insufficient_user_authentication, max_age=0', { maxAge: 0 }],
  ['DPoP algs="ES256", error="insufficient_user_authentication", max_age="5"', { maxAge: 5 }],
  [
    'Bearer error="insufficient_user_authentication", acr_values="a \\"b\\""',
    { acrValues: 'a "b"' },
  ],
  ['Bearer error="insufficient_user_authentication", max_age="soon"', {}],
])('the challenge %s is understood', async (header, expected) => {
  guardApi(header)
  const seen: StepUpChallenge[] = []
  const fetch = createStepUpFetch(await stage.createReady(), {
    onStepUp: async (wanted) => {
      seen.push(wanted)
    },
  })
  await fetch(`${apiOrigin}/pay`).catch(() => {})
  expect(seen).toEqual([expected])
})

test.each([
  'Bearer error="invalid_token", error_description="insufficient_user_authentication"',
  'Bearer realm="error=insufficient_user_authentication"',
])('the answer %s is no challenge', async (header) => {
  guardApi(header)
  const fetch = createStepUpFetch(await stage.createReady())
  expect((await fetch(`${apiOrigin}/pay`)).status).toBe(401)
})
