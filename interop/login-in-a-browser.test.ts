import type { AddressInfo } from 'node:net'
import { createRefreshTokens, createSigner, createTokenService, generateKey } from '@coatcheck/jwt'
import { createMemoryStore } from '@coatcheck/store'
import express from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { isOwnPage, refreshTokenOf, sendToBrowser } from './login-in-a-browser.ts'

const ownPage = { 'x-csrf': '1', 'sec-fetch-site': 'same-origin' }

const startLogin = async () => {
  const key = await generateKey('ES256')
  const signer = createSigner({
    issuer: 'https://app.example',
    audience: 'https://api.example',
    key,
  })
  const refreshTokens = createRefreshTokens({ store: createMemoryStore() })
  const tokens = createTokenService({ signer, refreshTokens })
  const clientId = 'web'
  const app = express()
  app.use((req, res, next) => (isOwnPage(req) ? next() : res.sendStatus(403)))
  app.post('/login', async (_req, res) =>
    sendToBrowser(res, await tokens.issue({ subject: 'user-42', clientId })),
  )
  app.post('/token', async (req, res) =>
    sendToBrowser(res, await tokens.refresh({ refreshToken: refreshTokenOf(req), clientId })),
  )
  app.post('/logout', async (req, res) =>
    sendToBrowser(res, await tokens.revoke({ token: refreshTokenOf(req), clientId })),
  )
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return async (path: string, headers: Record<string, string>) => {
    const response = await fetch(`${base}${path}`, { method: 'POST', headers })
    const text = await response.text()
    const setCookie = response.headers.get('set-cookie') ?? ''
    return { status: response.status, text, setCookie, cookie: setCookie.split(';')[0] ?? '' }
  }
}

test('the page gets the access token alone, and the cookie is out of reach of scripts', async () => {
  const post = await startLogin()
  const login = await post('/login', ownPage)
  expect(JSON.parse(login.text)).toEqual({
    access_token: expect.any(String),
    token_type: 'Bearer',
    expires_in: expect.any(Number),
  })
  expect(login.setCookie).toMatch(
    /^__Host-refresh=[\w-]+; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
  )
})

test('the cookie refreshes, is replaced, and is cleared at logout', async () => {
  const post = await startLogin()
  const first = await post('/login', ownPage)
  const second = await post('/token', { ...ownPage, cookie: `other=1; ${first.cookie}` })
  expect(second.status).toBe(200)
  expect(second.cookie).not.toBe(first.cookie)
  const logout = await post('/logout', { ...ownPage, cookie: second.cookie })
  expect(logout.setCookie).toMatch(/^__Host-refresh=; Path=\/; Expires=Thu, 01 Jan 1970/)
  expect((await post('/token', { ...ownPage, cookie: second.cookie })).status).toBe(400)
  expect((await post('/token', ownPage)).status).toBe(400)
})

test.each([
  ['nothing', {}],
  ['no header of its own', { 'sec-fetch-site': 'same-origin' }],
  ['another site', { ...ownPage, 'sec-fetch-site': 'cross-site' }],
  ['a sibling subdomain', { ...ownPage, 'sec-fetch-site': 'same-site' }],
  ['no word of the browser', { 'x-csrf': '1' }],
])('a request with %s is refused', async (_name, headers) => {
  const post = await startLogin()
  expect((await post('/login', headers)).status).toBe(403)
})
