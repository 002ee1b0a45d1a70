import type { KoaContextWithOIDC } from 'oidc-provider'
import { oidc } from './provider-module.ts'
import type { ResolvedResource } from './resolve-options.ts'

const wordsOf = (value: unknown): readonly string[] =>
  typeof value === 'string' && value !== '' ? value.split(' ') : []

/** RFC 8707 with what a request leaves out. */
export interface ResourceIndicators {
  /** Of a resource that was named. @throws invalid_target when there is none of that name */
  serverInfo(audience: string): {
    scope: string
    audience: string
    accessTokenFormat: 'jwt'
    jwt: { sign: { alg: 'RS256' | 'ES256' } }
  }
  /**
   * Of a request that names none: every resource whose scopes it asks for; of a token request for a
   * grant over several: the one whose scopes it asks for, else the first.
   */
  defaultFor(ctx: KoaContextWithOIDC, granted?: readonly string[]): string | string[] | undefined
}

export const createResourceIndicators = (
  resources: ReadonlyMap<string, ResolvedResource>,
): ResourceIndicators => {
  const knows = (audience: string, scopes: readonly string[]) =>
    wordsOf(resources.get(audience)?.scope).some((scope) => scopes.includes(scope))

  return {
    serverInfo: (audience) => {
      const resource = resources.get(audience)
      if (resource === undefined) throw new oidc.errors.InvalidTarget('unknown resource')
      const { scope, alg } = resource
      return { scope, audience, accessTokenFormat: 'jwt', jwt: { sign: { alg } } }
    },
    defaultFor: (ctx, granted) => {
      const scopes = wordsOf(ctx.oidc.params?.scope)
      const asked = [...(granted ?? resources.keys())].filter((key) => knows(key, scopes))
      if (granted !== undefined) return asked[0] ?? granted[0]
      return asked.length > 0 ? asked : undefined
    },
  }
}
