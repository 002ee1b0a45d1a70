import { RequestProblem } from '../errors.ts'
import type { ResolvedOptions, ResolvedResource } from '../resolve-options.ts'

/**
 * The configured resource of that name, the first one when no name is given.
 *
 * @throws RequestProblem `unknown_resource`
 */
export const findResource = (
  { resources, defaultResource }: Pick<ResolvedOptions, 'resources' | 'defaultResource'>,
  name: string | undefined,
): ResolvedResource => {
  const resource = name === undefined ? defaultResource : resources.get(name)
  if (resource === undefined) {
    const known = [...resources.keys()].join(', ')
    throw new RequestProblem('unknown_resource', { detail: `Configured: ${known}` })
  }
  return resource
}
