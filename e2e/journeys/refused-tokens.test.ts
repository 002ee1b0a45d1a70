import { expect, test } from 'vitest'
import { type AppGlobals, stateOf } from '../support/pages.ts'
import { setStage } from '../support/set-stage.ts'

const stage = setStage()

/** Sends `count` POSTs at once, each with a body of its own, and returns status and echoed body. */
const postMany = (count: number) =>
  stage.page.evaluate(
    async ([origin, total]) => {
      const { auth } = globalThis as unknown as AppGlobals
      const send = async (index: number) => {
        const body = `body ${index} ${'é'.repeat(index)}`
        const response = await auth.fetch(`${origin}/orders`, { method: 'POST', body })
        return { status: response.status, sent: body }
      }
      return Promise.all(Array.from({ length: total }, (_, index) => send(index)))
    },
    [stage.system.api.origin, count] as const,
  )

test('C08 fifty parallel POSTs against a refused token cost one renewal and lose no body', async () => {
  await postMany(1)
  stage.system.api.refuse('presented')
  stage.system.api.reset()
  stage.system.idp.resetCounts()
  const answers = await postMany(50)
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200))
  expect(stage.system.idp.counts()['token:refresh_token']).toBe(1)
  expect(stage.system.api.calls).toHaveLength(100)
  const accepted = stage.system.api.calls.filter(({ status }) => status === 200)
  const received = accepted.map(({ body }) => Buffer.from(body, 'latin1').toString('utf8')).sort()
  expect(received).toEqual(answers.map(({ sent }) => sent).sort())
  expect(new Set(accepted.map(({ tokenHash }) => tokenHash)).size).toBe(1)
})

test('C07 an API that always refuses gets its 401 through after bounded renewals', async () => {
  stage.system.api.refuse('all')
  stage.system.idp.resetCounts()
  for (let round = 0; round < 5; round += 1) {
    const [answer] = await postMany(1)
    expect(answer?.status).toBe(401)
  }
  expect(stage.system.idp.counts()['token:refresh_token']).toBeLessThanOrEqual(2)
  expect(stage.system.api.calls.length).toBeLessThanOrEqual(10)
  expect(await stateOf(stage.page)).toMatchObject({ status: 'authenticated' })
})
