import type { UserClaims } from '@coatcheck/wire'
import type { AuthClient } from '../create-auth-client.ts'
import type { AuthState } from '../state.ts'
import { FakeSessionError, tooEarly } from './errors.ts'
import type { World } from './world.ts'

/** The client's first answer, after making sure that it comes from this fake. */
export const ready = async <Claims extends object = UserClaims>(
  world: World,
  client: AuthClient<Claims>,
): Promise<AuthState<Claims>> => {
  if (globalThis.document === undefined) {
    const message =
      'There is no document, so the client does not start. Run the test with jsdom or happy-dom.'
    throw new FakeSessionError('no_document', message)
  }
  const state = await client.ready()
  if (state.status === 'loading') {
    throw new FakeSessionError('client_disposed', 'The client was disposed of before the test.')
  }
  // A definite answer can only be the fake's: nobody else here speaks for a BFF.
  if (state.status !== 'error') return state
  const before = world.arrivals
  const next = await client.refreshSession()
  if (world.arrivals === before) throw tooEarly()
  return next
}
