import { afterEach, expect, test } from 'vitest'
import type { BffOptions } from '../options.ts'
import { createHarness, type Harness } from '../testing/harness.ts'

let harness: Harness
afterEach(() => harness.close())

/** What the provider is asked for, resource by resource, once the login's token has run out. */
const refreshes = async (
  resources: BffOptions['resources'],
  bodies: readonly Readonly<Record<string, unknown>>[],
) => {
  harness = await createHarness({ bff: (standard) => ({ ...standard, resources }) })
  await harness.login()
  harness.advance(601)
  const answers: unknown[] = []
  for (const body of bodies) answers.push((await harness.browser.post('/bff/token', body)).json())
  const asked = harness.provider.requests
    .filter(({ parameters }) => parameters.get('grant_type') === 'refresh_token')
    .map(({ parameters }) => [parameters.get('resource'), parameters.get('scope')])
  return { answers, asked }
}

test('B82 where resources are told apart by their scope alone, a renewal names it', async () => {
  const { answers, asked } = await refreshes(
    {
      orders: { mode: 'token', scope: 'api://orders/read api://orders/write' },
      billing: { mode: 'token', scope: 'api://billing/read' },
    },
    [{ resource: 'orders' }, { resource: 'billing' }],
  )
  expect(asked).toEqual([
    [null, 'api://orders/read api://orders/write'],
    [null, 'api://billing/read'],
  ])
  expect(answers).toMatchObject([
    { resource: 'orders', scope: 'api://orders/read api://orders/write' },
    { resource: 'billing', scope: 'api://billing/read' },
  ])
})

test('B81 a narrower scope that the caller asks for comes before the resource’s own', async () => {
  const { asked } = await refreshes(
    {
      orders: { mode: 'token', scope: 'api://orders/read api://orders/write' },
      billing: { mode: 'token', scope: 'api://billing/read' },
    },
    [{ resource: 'orders', scope: 'api://orders/read' }],
  )
  expect(asked).toEqual([[null, 'api://orders/read']])
})

test('where an audience tells them apart, or there is nothing to tell, the scope stays as granted', async () => {
  const alone = await refreshes({ orders: { mode: 'token', scope: 'orders:read' } }, [{}])
  expect(alone.asked).toEqual([[null, null]])
  await harness.close()
  const named = await refreshes(
    {
      orders: { mode: 'token', audience: 'https://orders.example', scope: 'orders:read' },
      billing: { mode: 'token', scope: 'billing:read' },
    },
    [{ resource: 'orders' }, { resource: 'billing' }],
  )
  expect(named.asked).toEqual([
    ['https://orders.example', null],
    [null, 'billing:read'],
  ])
})
