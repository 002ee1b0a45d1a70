import type { Fault } from '@coatcheck/dev-idp'
import { expect, test } from 'vitest'
import { type AppGlobals, stateOf, untilReady } from '../support/pages.ts'
import { setStage } from '../support/set-stage.ts'

const stage = setStage()

/** The page's own view of an API call: a status, or the code of what it was rejected with. */
const callApi = () =>
  stage.page.evaluate(async (origin) => {
    const { auth } = globalThis as unknown as AppGlobals
    try {
      return String((await auth.fetch(`${origin}/orders`)).status)
    } catch (error) {
      return (error as { code?: string }).code ?? String(error)
    }
  }, stage.system.api.origin)

const faults: readonly (readonly [string, Fault])[] = [
  ['503', { kind: 'status', status: 503, retryAfterSeconds: 1 }],
  ['HTML', { kind: 'html', status: 200 }],
  ['429', { kind: '429', retryAfterSeconds: 1 }],
  ['nothing', { kind: 'drop-before' }],
]

test.each(faults)(
  'B86 C09 a provider that answers %s costs nobody the session',
  async (_name, fault) => {
    stage.system.advanceBff(3600)
    stage.system.idp.faults.set(fault)
    await stage.page.reload()
    await untilReady(stage.page)
    expect(await stateOf(stage.page)).toMatchObject({ status: 'authenticated' })
    expect(await callApi()).toBe('provider_unavailable')
    expect(await stateOf(stage.page)).toMatchObject({ status: 'authenticated' })
    stage.system.idp.faults.clear()
    await expect.poll(callApi, { timeout: 60_000 }).toBe('200')
  },
)

test('B86 a provider that refuses the refresh token ends the session, and the page knows why', async () => {
  stage.system.advanceBff(3600)
  stage.system.idp.revokeGrants()
  const [answer] = await Promise.all([
    stage.page.waitForResponse((response) => response.url().includes('/bff/session')),
    stage.page.reload(),
  ])
  expect(await answer.json()).toEqual({ authenticated: false, reason: 'refresh_rejected' })
  await untilReady(stage.page)
  expect(await stateOf(stage.page)).toEqual({
    status: 'unauthenticated',
    reason: 'refresh_rejected',
  })
})
