import type { ResolvedOptions, ResolvedResource } from '../resolve-options.ts'

/**
 * The scope that a refresh asks for (RFC 6749, section 6): what the caller wants, else nothing, which
 * means all that was granted. A provider that knows no audiences can tell one resource from another
 * by its scope alone, so with several resources it is named.
 */
export const refreshScope = (
  { resources }: Pick<ResolvedOptions, 'resources'>,
  resource: ResolvedResource,
  wanted: string | undefined,
): string | undefined => {
  const isToldByScope = resource.audience === undefined && resources.size > 1
  return wanted ?? (isToldByScope ? resource.scope : undefined)
}
