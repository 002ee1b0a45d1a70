import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const source = fileURLToPath(new URL('.', import.meta.url))

const script = `
import { createDevIdp } from ${JSON.stringify(`${source}index.ts`)}
import { loginAt, logoutAt } from ${JSON.stringify(`${source}testing/index.ts`)}
const idp = await createDevIdp({
  clients: [{
    clientId: 'app',
    clientSecret: 's',
    redirectUris: ['http://localhost:4000/cb'],
    postLogoutRedirectUris: ['http://localhost:4000/'],
  }],
})
const query = new URLSearchParams({
  client_id: 'app', response_type: 'code', scope: 'openid', redirect_uri: 'http://localhost:4000/cb',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256',
})
const { url, cookies } = await loginAt(idp.issuer + '/authorize?' + query, { username: 'alice' })
const form = new URLSearchParams({
  grant_type: 'authorization_code', redirect_uri: 'http://localhost:4000/cb',
  code: new URL(url).searchParams.get('code'),
  code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk', client_id: 'app',
})
const basic = { authorization: 'Basic ' + btoa('app:s') }
const token = await fetch(idp.issuer + '/token', { method: 'POST', headers: basic, body: form })
await fetch(idp.issuer + '/authorize?client_id=nobody', { headers: { accept: 'text/html' } })
await logoutAt(
  idp.issuer + '/logout?client_id=app&post_logout_redirect_uri=http://localhost:4000/', { cookies },
)
await idp.close()
console.warn('warnings still arrive')
console.log('token ' + token.status)
`

test('a whole journey prints nothing of its own, hides nothing of others and leaves nothing running', async () => {
  const run = promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', script],
    { cwd: source, env: { PATH: process.env.PATH } },
  )
  expect(await run).toEqual({ stdout: 'token 200\n', stderr: 'warnings still arrive\n' })
}, 30_000)
