// @vitest-environment node
import { expect, test } from 'vitest'
import { apiOrigin } from './fake-bff.fixture.ts'
import { setStage } from './stage.fixture.ts'

const stage = setStage()

/** A page that lost the network while its token ran out. */
const goOffline = async (offlineWaitSeconds?: number) => {
  const client = await stage.createReady(
    offlineWaitSeconds === undefined ? {} : { offlineWaitSeconds },
  )
  stage.page.setVisibility('hidden')
  stage.page.setOnline('offline')
  stage.page.clock.wall += 3_600_000
  stage.bff.onToken = () => Response.error()
  return client
}

test('C09 calls that need a token while the browser is offline are parked and go on when it is back', async () => {
  const client = await goOffline()
  const calls = Array.from({ length: 20 }, (_, index) =>
    client.fetch(`${apiOrigin}/orders`, { method: 'POST', body: `order ${index}` }),
  )
  await stage.page.turns()
  expect(stage.bff.seen.token).toHaveLength(0)
  expect(stage.bff.seen.api).toHaveLength(0)
  stage.bff.onToken = undefined
  stage.page.setOnline('online')
  const bodies = await Promise.all(calls.map(async (call) => (await call).text()))
  expect(bodies.sort()).toEqual(calls.map((_, index) => `got order ${index}`).sort())
  expect(stage.bff.seen.token).toHaveLength(1)
})

test.each([0, 0.02])(
  'C09 after %d seconds offline a call is told, and nobody is logged out',
  async (seconds) => {
    const client = await goOffline(seconds)
    await expect(client.getAccessToken()).rejects.toMatchObject({
      code: 'network_error',
      retry: 'later',
    })
    expect(client.getState()).toMatchObject({ status: 'authenticated', offline: true })
  },
)

test('a parked call is let go by its own signal, by a logout and by dispose', async () => {
  const client = await goOffline()
  const controller = new AbortController()
  const aborted = client.getAccessToken({ signal: controller.signal })
  const parked = client.getAccessToken()
  await stage.page.turns()
  controller.abort(new Error('left the page'))
  await expect(aborted).rejects.toThrow('left the page')
  client.logout().catch(() => {})
  await expect(parked).rejects.toMatchObject({ code: 'session_required' })
  await stage.page.idle()
  Object.assign(stage.bff, { isLoggedIn: true, onToken: undefined })
  stage.page.setOnline('online')
  stage.page.setVisibility('visible')
  const other = await goOffline()
  const disposed = other.getAccessToken()
  await stage.page.turns()
  other.dispose()
  await expect(disposed).rejects.toMatchObject({ code: 'disposed' })
})

test('a token that still lives is used without asking whether there is a network', async () => {
  const client = await stage.createReady()
  stage.page.setOnline('offline')
  expect(await client.getAccessToken()).toBe(stage.bff.tokens[0])
})
