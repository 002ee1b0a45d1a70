import { obtainToken } from '../obtain-token.ts'
import { json, problem } from '../problem.ts'
import { readBody, tokenRules } from '../read-body.ts'
import type { SeenRequest } from '../seen.ts'
import { findResource, type World } from '../world.ts'
import { requireLive } from './require-live.ts'

/** The scope asked for in one spelling; `undefined` where it exceeds the resource's own. */
const narrow = (own: string, asked = own): string | undefined => {
  const granted = new Set(own.split(' '))
  const words = [...new Set(asked.split(' '))].sort()
  if (!words.every((word) => granted.has(word))) return undefined
  return words.length === granted.size ? own : words.join(' ')
}

/** `POST /token`: the access token of one resource. */
export const token = async (world: World, request: SeenRequest): Promise<Response> => {
  const body = readBody(request, tokenRules)
  if (body instanceof Response) return body
  const live = requireLive(world)
  if (live instanceof Response) return live
  const { resources, idleSeconds } = world.settings
  const [first = ''] = resources.keys()
  const { resource: name = first, minValiditySeconds = 0, rejected, slide } = body
  const resource = findResource(world, name)
  if (!resource) return problem('unknown_resource')
  const scope = narrow(resource.scope, body.scope)
  if (scope === undefined) return problem('insufficient_scope')
  if (slide !== false) live.idleExpiresAt = world.clock.wall + idleSeconds * 1000
  const question = { resource: name, scope, minValiditySeconds, rejected }
  return json(await obtainToken(world, 'POST /token', question))
}
