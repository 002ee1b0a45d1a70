import type { LogoutRequest } from '@coatcheck/wire'
import { FakeSessionError, tooEarly } from './errors.ts'
import type { World } from './world.ts'

/** Every expectation of a fake that nobody has spoken to would hold or fail for the wrong reason. */
const requireArrivals = ({ arrivals }: World): void => {
  if (arrivals === 0) throw tooEarly()
}

const lines = (texts: readonly string[]): string =>
  texts.length === 0 ? '' : `\n${texts.map((text) => `  - ${text}`).join('\n')}`

const times = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

export const expectRenewals = (world: World, expected: number): void => {
  requireArrivals(world)
  const { renewals } = world
  if (renewals.length === expected) return
  const message = `Expected ${times(expected, 'renewal')}, there were ${renewals.length}.`
  throw new FakeSessionError('expectation_failed', message + lines(renewals))
}

export const expectLogouts = (world: World, expected: readonly LogoutRequest['scope'][]): void => {
  requireArrivals(world)
  const actual = world.seen
    .filter(({ route }) => route === 'logout')
    .map(({ body }) => (JSON.parse(body || '{}') as LogoutRequest).scope ?? 'local')
  if (JSON.stringify(actual) === JSON.stringify(expected)) return
  const message = `Expected ${times(expected.length, 'logout')} (${expected.join(', ')}), there were ${actual.length}.`
  throw new FakeSessionError('expectation_failed', message + lines(actual))
}
