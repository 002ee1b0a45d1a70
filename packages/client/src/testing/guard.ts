import { type DefaultBodyType, HttpResponse, type HttpResponseResolver, type PathParams } from 'msw'
import type { StepUpChallenge } from '../step-up/challenge.ts'
import { FakeSessionError } from './errors.ts'
import { problem } from './problem.ts'
import { look } from './seen.ts'
import { findResource, type World } from './world.ts'

/** Options of `guard`. */
export interface GuardOptions {
  /** Space-separated scope the token needs; without it 403 `insufficient_scope`. Default none. */
  readonly scope?: string
}

const refuse = (
  status: 401 | 403,
  challenge: string,
  code?: 'insufficient_scope',
): HttpResponse<string | null> => {
  const headers = {
    'www-authenticate': challenge,
    'access-control-expose-headers': 'WWW-Authenticate',
  }
  return code ? problem(code, {}, headers) : new HttpResponse(null, { status, headers })
}

/** The challenge of RFC 9470, section 3. */
const stepUpChallenge = ({ acrValues, maxAge }: StepUpChallenge): string =>
  [
    'Bearer error="insufficient_user_authentication"',
    ...(acrValues === undefined ? [] : [`acr_values="${acrValues}"`]),
    ...(maxAge === undefined ? [] : [`max_age="${maxAge}"`]),
  ].join(', ')

/** What the API has against the request; `undefined` where it has nothing. */
const object = (
  world: World,
  resource: string,
  scope: string,
  authorization: string | null,
): HttpResponse<string | null> | undefined => {
  if (authorization === null) return refuse(401, 'Bearer')
  const token = world.issued.find(({ text }) => authorization === `Bearer ${text}`)
  const isGood =
    token && !token.isExpired && token.expiresAt > world.clock.wall && token.resource === resource
  if (!isGood) return refuse(401, 'Bearer error="invalid_token"')
  if (world.demand) return refuse(401, stepUpChallenge(world.demand))
  const granted = token.scope.split(' ')
  const isEnough = scope.split(' ').every((word) => word === '' || granted.includes(word))
  if (isEnough) return undefined
  return refuse(403, `Bearer error="insufficient_scope", scope="${scope}"`, 'insufficient_scope')
}

/** A resolver of MSW that may answer with any response; with nothing it leaves it to the next. */
export type Resolver = HttpResponseResolver<PathParams, DefaultBodyType, undefined>

/** Puts an API's guard before a resolver. */
export const createGuard =
  (world: World) =>
  (resource: string, resolver: Resolver, { scope = '' }: GuardOptions = {}): Resolver => {
    if (!findResource(world, resource)) {
      const known = [...world.settings.resources.keys()].join(', ')
      throw new FakeSessionError('unknown_resource', `No such resource; there are: ${known}`)
    }
    return async (info) => {
      // A preflight carries no token, and says nothing of the request behind it.
      if (info.request.method === 'OPTIONS') return resolver(info)
      // The guard of the origin and one of a handler behind it see the same request.
      if (!world.guarded.has(info.requestId)) world.seen.push(await look(info.request, 'api'))
      world.guarded.add(info.requestId)
      if (world.isOffline) return HttpResponse.error()
      const authorization = info.request.headers.get('authorization')
      return object(world, resource, scope, authorization) ?? resolver(info)
    }
  }
