import { createContext, runInContext } from 'node:vm'
import { createMemoryStore } from '@coatcheck/store'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { makeBoundToken, makeProof, publicUrl } from '../testing/proofs.ts'
import { makeVerifier } from '../testing/refusal.ts'
import { audience, canary, issuer, jwks, makeToken, now } from '../testing/tokens.ts'
import type { VerifiedToken } from '../verifier.ts'
import { authenticate, authorize } from './index.ts'

const verifier = makeVerifier()

const send = (headers: Record<string, string> = {}, init: RequestInit = {}, url = publicUrl) =>
  new Request(url, { headers, ...init })

test('a good request is answered with its claims, and its body is left to the route', async () => {
  const request = send({ authorization: `Bearer ${makeToken()}` }, { method: 'POST', body: 'a=1' })
  const outcome = await authenticate({ verifier })(request)
  expect(outcome).toMatchObject({
    kind: 'authenticated',
    auth: { claims: { sub: canary } },
    headers: {},
  })
  expect(request.bodyUsed).toBe(false)
  expect(await request.text()).toBe('a=1')
})

test('J82 a refused request is answered with a complete Response', async () => {
  const outcome = await authenticate({ verifier })(send())
  if (outcome.kind !== 'refused') throw new Error('was accepted')
  const { response } = outcome
  expect(response).toBeInstanceOf(Response)
  expect([response.status, Object.fromEntries(response.headers)]).toEqual([
    401,
    {
      'access-control-expose-headers': 'WWW-Authenticate',
      'cache-control': 'no-store',
      'content-type': 'application/problem+json',
      'www-authenticate': 'Bearer realm="api"',
    },
  ])
  expect(await response.json()).toMatchObject({ code: 'token_required' })
})

test('J81 a form that something has read may be shown, and a second token in it is refused', async () => {
  const guard = authenticate({ verifier })
  const request = send({ authorization: `Bearer ${makeToken()}` })
  const outcome = await guard(request, { form: { access_token: 'x' } })
  if (outcome.kind !== 'refused') throw new Error('was accepted')
  expect(outcome.response.status).toBe(400)
  expect((await guard(request, { form: { a: '1' } })).kind).toBe('authenticated')
})

test('J45 the address of a proof is the public one, whatever the platform says', async () => {
  const dpop = () => ({ publicUrl, now, replay: createMemoryStore({ now }) })
  const token = makeBoundToken()
  const headers = () => ({ authorization: `DPoP ${token}`, dpop: makeProof(token) })
  const at = (url: string) => authenticate({ verifier, dpop: dpop() })(send(headers(), {}, url))
  expect((await at('http://10.0.0.7:3000/')).kind).toBe('authenticated')
  expect((await at('http://10.0.0.7:3000/other')).kind).toBe('refused')
})

test('J30 authorize answers with nothing or with a Response', async () => {
  const outcome = await authenticate({ verifier })(send({ authorization: `Bearer ${makeToken()}` }))
  if (outcome.kind !== 'authenticated') throw new Error('was refused')
  expect(authorize({ scope: 'orders:read' })(outcome.auth)).toBeUndefined()
  const refusal = authorize({ scope: 'admin' })(outcome.auth)
  expect(refusal?.status).toBe(403)
  expect(refusal?.headers.get('www-authenticate')).toContain('error="insufficient_scope"')
  expect(() => authorize({ scope: 'admin' })({} as VerifiedToken)).toThrow('Mount authenticate')
})

/** One file for browsers and workers, the verifier with it; esbuild refuses what only Node has. */
const bundle = async (): Promise<string> => {
  const root = new URL('..', import.meta.url).pathname
  const result = await build({
    stdin: {
      contents:
        "export { authenticate, authorize } from './fetch/index.ts'; export { createVerifier } from './index.ts'",
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'guard',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  })
  return result.outputFiles[0]?.text ?? ''
}

test('bundled for the browser, the guard runs where there is nothing of Node', async () => {
  const code = await bundle()
  expect(code).not.toMatch(/["']node:|\brequire\(/)
  const { URL, TextEncoder, TextDecoder, Request, Response, Headers, crypto, atob, btoa } =
    globalThis
  const web = { URL, TextEncoder, TextDecoder, Request, Response, Headers, crypto, atob, btoa }
  // The platform's arrays are those its own crypto knows.
  const context = createContext({ ...web, Uint8Array, ArrayBuffer, Promise })
  const { authenticate: make, createVerifier } = runInContext(
    `${code}\nguard`,
    context,
  ) as typeof import('./index.ts') & typeof import('../index.ts')
  const own = createVerifier({ issuer, audience, algorithms: ['ES256'], keys: jwks, now })
  const dpop = { publicUrl, now, replay: createMemoryStore({ now }) }
  const check = make({ verifier: own, dpop: { ...dpop, mode: 'accepted' } })
  const token = makeBoundToken()
  const requests = [
    send({ authorization: `Bearer ${makeToken()}` }),
    send({ authorization: `DPoP ${token}`, dpop: makeProof(token) }),
    send({ authorization: `Bearer ${token}` }),
    send(),
  ]
  const kinds = await Promise.all(requests.map(async (request) => (await check(request)).kind))
  expect(kinds).toEqual(['authenticated', 'authenticated', 'refused', 'refused'])
})
