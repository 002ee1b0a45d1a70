import type { SessionAnswer } from '@coatcheck/wire'
import { obtainToken } from '../obtain-token.ts'
import { json, problem } from '../problem.ts'
import type { SeenRequest } from '../seen.ts'
import { readState } from '../session-state.ts'
import { findResource, type World } from '../world.ts'

/** `GET /session`: who is logged in, and on request the token of one resource. */
export const session = async (world: World, { url }: SeenRequest): Promise<Response> => {
  const state = readState(world)
  if (state.kind !== 'live') {
    const reason = state.kind === 'ended' ? { reason: state.reason } : {}
    return json({ authenticated: false, ...reason } satisfies SessionAnswer)
  }
  const { wall } = world.clock
  const name = url.searchParams.get('resource')
  const resource = findResource(world, name ?? '')
  if (name !== null && !resource) return problem('unknown_resource')
  if (url.searchParams.get('slide') !== 'false') {
    state.idleExpiresAt = wall + world.settings.idleSeconds * 1000
  }
  const { sid, expiresAt, idleExpiresAt, createdAt, acr } = state
  const question = { minValiditySeconds: 0, rejected: undefined }
  return json({
    authenticated: true,
    user: world.user,
    session: {
      sid,
      expiresInSeconds: Math.floor((expiresAt - wall) / 1000),
      idleExpiresInSeconds: Math.floor((idleExpiresAt - wall) / 1000),
      authTime: Math.floor(createdAt / 1000),
      ...(acr !== undefined && { acr }),
    },
    ...(name !== null &&
      resource && {
        token: await obtainToken(world, 'GET /session', {
          ...question,
          resource: name,
          scope: resource.scope,
        }),
      }),
  } satisfies SessionAnswer)
}
