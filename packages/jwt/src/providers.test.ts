import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { authorize } from './guard/authorize.ts'
import { createRemoteKeySet } from './keys/remote-key-set.ts'
import type { Provider } from './testing/providers.ts'
import { providers } from './testing/providers.ts'
import { codeOf } from './testing/refusal.ts'
import { makeToken, now } from './testing/tokens.ts'
import { createVerifier } from './verifier.ts'

const guide = readFileSync(new URL('../../../docs/guides/providers.md', import.meta.url), 'utf8')

/** A verifier configured as the guide says, over the provider's key set at its own address. */
const verifierOf = (provider: Provider, changes: Record<string, unknown> = {}) => {
  const { metadata, keySet, rules, issuer } = provider
  const fetch = async (url: unknown): Promise<Response> => {
    if (url !== metadata.jwks_uri) throw new Error('asked elsewhere')
    return new Response(JSON.stringify(keySet), {
      headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=15' },
    })
  }
  const keys = createRemoteKeySet(metadata.jwks_uri, { fetch: fetch as never, now })
  return createVerifier({ ...rules, ...issuer, issuer: metadata.issuer, keys, now, ...changes })
}

const named = providers.map((provider): [string, Provider] => [provider.name, provider])

const goodTokens = providers.flatMap((provider) =>
  provider.good.map(([name, token]) => [provider.name, name, provider, token] as const),
)
const badTokens = providers.flatMap((provider) =>
  provider.bad.map(([name, token, code]) => [provider.name, name, code, provider, token] as const),
)

test.each(goodTokens)('%s: %s is accepted', async (_provider, _name, provider, token) => {
  expect(await codeOf(verifierOf(provider), token)).toBe('accepted')
})

test.each(badTokens)(
  'J26 J24 %s: %s is refused as %s',
  async (_provider, _name, code, provider, token) => {
    expect(await codeOf(verifierOf(provider), token)).toBe(code)
  },
)

test.each(named)('J22 %s takes no token of any other provider', async (_name, provider) => {
  const others = providers.filter(({ metadata }) => metadata.issuer !== provider.metadata.issuer)
  for (const token of others.flatMap(({ good }) => good.map(([, text]) => text))) {
    expect(await codeOf(verifierOf(provider), token)).not.toBe('accepted')
  }
  expect(await codeOf(verifierOf(provider), makeToken())).not.toBe('accepted')
})

test.each(named)('J24 %s: no exception of the guide is needless', async (_name, provider) => {
  const defaults = { typ: undefined, optionalClaims: undefined, clientIds: undefined }
  for (const name of Object.keys(provider.issuer) as (keyof typeof defaults)[]) {
    const strict = verifierOf(provider, { [name]: defaults[name] })
    const [, token = ''] = provider.good[0] ?? []
    expect(await codeOf(strict, token)).not.toBe('accepted')
  }
})

const scoped = providers.filter(({ authorize: asked }) => asked !== undefined)

test.each(scoped.map((provider): [string, Provider] => [provider.name, provider]))(
  'J30 %s: the scope of a token is found as the guide says, and whole',
  async (name, provider) => {
    const { scope = '', scopeClaim } = provider.authorize ?? {}
    const [, token = ''] = provider.good[0] ?? []
    const auth = await verifierOf(provider).verify(token)
    const where = scopeClaim === undefined ? {} : { scopeClaim }
    expect(authorize({ scope, ...where })(auth).kind).toBe('authorized')
    expect(authorize({ scope: scope.slice(0, -1), ...where })(auth).kind).toBe('refused')
    expect(authorize({ scope: `${scope} x`, ...where })(auth).kind).toBe('refused')
    const section = guide.split('\n## ').find((text) => text.startsWith(name)) ?? ''
    const shown = Object.entries({ scope, ...where }).map(([key, value]) => `${key}: '${value}'`)
    expect(section).toContain(`authorize({ ${shown.join(', ')} })`)
  },
)

test('J22 two issuers of one Entra tenant are told apart and both taken', async () => {
  const both = providers.filter(({ name }) => name.startsWith('Microsoft'))
  const [v2, v1] = both as [Provider, Provider]
  const fetch = async () => new Response(JSON.stringify(v2.keySet))
  const keys = createRemoteKeySet(v2.metadata.jwks_uri, { fetch: fetch as never, now })
  const verifier = createVerifier({
    audience: [v2.rules.audience, v1.rules.audience].flat(),
    algorithms: ['RS256'],
    maximumLifetimeSeconds: 100_800,
    issuers: both.map(({ metadata, issuer }) => ({ ...issuer, issuer: metadata.issuer, keys })),
    now,
  })
  for (const [, token] of [...v1.good, ...v2.good]) {
    expect(await codeOf(verifier, token)).toBe('accepted')
  }
})

test.each(named)('J36 %s: keys for other purposes never verify', async (_name, provider) => {
  const foreign = { ...provider.keySet, keys: (provider.keySet.keys as object[]).map(toForeign) }
  const [, token = ''] = provider.good[0] ?? []
  expect(await codeOf(verifierOf({ ...provider, keySet: foreign }), token)).toBe('key_unknown')
})

const toForeign = (key: object): object => ({ ...key, use: 'enc', key_ops: undefined })

test.each(named)('the guide shows %s with its sources and options', (name, provider) => {
  const section = guide.split('\n## ').find((text) => text.startsWith(name)) ?? ''
  expect(section).toContain(provider.readOn)
  for (const source of provider.sources) expect(section).toContain(source)
  const settings = { ...provider.issuer, ...provider.rules }
  for (const option of Object.keys(settings)) expect(section).toContain(`${option}:`)
  expect(section).toContain(JSON.stringify(provider.rules.algorithms).replaceAll('"', "'"))
})

test.each([
  ['a text', 'client'],
  ['an empty list', []],
  ['a list with something else', [5]],
  ['a list with nothing', ['']],
])('J23 clientIds: %s is refused', (_name, clientIds) => {
  const provider = providers[0] as Provider
  expect(() => verifierOf(provider, { clientIds })).toThrow('clientIds')
})
