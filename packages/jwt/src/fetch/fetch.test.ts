import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { createMemoryStore } from '@coatcheck/store'
import { build as bundle } from 'esbuild'
import { build } from 'tsdown'
import { expect, onTestFinished, test } from 'vitest'
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

/** Builds the package as it is published, but for its types, until the test ends. */
const buildPackage = async (): Promise<string> => {
  const outDir = await mkdtemp(join(tmpdir(), 'coatcheck-jwt-'))
  onTestFinished(() => rm(outDir, { recursive: true }))
  const cwd = fileURLToPath(new URL('../..', import.meta.url))
  await build({ cwd, outDir, dts: false, logLevel: 'silent' })
  return outDir
}

/** One file for browsers and workers; esbuild refuses what only Node has. */
const bundleForBrowser = async (contents: string, resolveDir: string): Promise<string> => {
  const jose = fileURLToPath(import.meta.resolve('jose'))
  const result = await bundle({
    stdin: { contents, resolveDir, loader: 'js' },
    alias: { jose },
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

/** A place with what the web platform has and nothing else. */
const makeWebContext = () => {
  const { URL, TextEncoder, TextDecoder, Request, Response, Headers, crypto, atob, btoa } =
    globalThis
  const web = { URL, TextEncoder, TextDecoder, Request, Response, Headers, crypto, atob, btoa }
  // The platform's own crypto knows its arrays by these.
  return createContext({ ...web, Uint8Array, ArrayBuffer, Promise })
}

test('the built guard runs where there is nothing of Node', async () => {
  const outDir = await buildPackage()
  const contents = `
    export { authenticate } from './fetch/index.js'
    export { createVerifier } from './index.js'`
  const code = await bundleForBrowser(contents, outDir)
  expect(code).not.toMatch(/["']node:|\brequire\(/)
  const { authenticate: make, createVerifier } = runInContext(
    `${code}\nguard`,
    makeWebContext(),
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

test.each(['fetch', 'koa', 'express'])(
  'the built /%s reaches jose and nothing else',
  async (name) => {
    const outDir = await buildPackage()
    const result = await bundle({
      entryPoints: [join(outDir, name, 'index.js')],
      bundle: true,
      platform: 'browser',
      format: 'esm',
      external: ['jose'],
      metafile: true,
      write: false,
      logLevel: 'silent',
    })
    const foreign = Object.values(result.metafile.inputs)
      .flatMap(({ imports }) => imports)
      .filter(({ external }) => external === true)
      .map(({ path }) => path)
    expect(new Set(foreign)).toEqual(new Set(['jose']))
  },
)
