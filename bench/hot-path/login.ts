import { Agent } from 'node:http'
import { loginAt } from '@coatcheck/dev-idp/testing'
import { cookieHeader, send } from '../../e2e/processes/support/send.ts'

/** A browser that has logged in, and what it says of itself on calls of the app's script. */
export interface Login {
  readonly sid: string
  readonly secret: string
  /** Name of the session cookie. */
  readonly cookieName: string
  /** Headers of `POST /bff/token`, but for the cookie. */
  readonly headers: Readonly<Record<string, string>>
  /** An answer to `POST /bff/token`. */
  readonly answer: Readonly<Record<string, unknown>>
}

const navigation = {
  accept: 'text/html',
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
}

/** What Chromium and the SDK send along. */
const scriptHeaders = (publicUrl: string) => ({
  accept: 'application/json',
  'accept-encoding': 'gzip, deflate, br, zstd',
  'accept-language': 'en-GB,en;q=0.9',
  'content-type': 'application/json',
  origin: publicUrl,
  referer: `${publicUrl}/`,
  'sec-fetch-dest': 'empty',
  'sec-fetch-mode': 'cors',
  'sec-fetch-site': 'same-origin',
  'user-agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36',
  'x-csrf': '1',
})

/** The body of `POST /bff/token` as the SDK sends it. */
const bodyFor = (resource: string): string => JSON.stringify({ resource })

/** Asked for over and over. */
export const tokenBody: string = bodyFor('orders')

/** Logs in at the BFF on that port, by way of the provider's own pages. */
export const logIn = async (publicUrl: string, port: number): Promise<Login> => {
  const agent = new Agent()
  const started = await send({ agent, port, path: '/bff/login', headers: navigation })
  const { url } = await loginAt(started.location, { username: 'alice' })
  const { pathname, search } = new URL(url)
  const done = await send({
    agent,
    port,
    path: `${pathname}${search}`,
    headers: { ...navigation, cookie: cookieHeader(started.setCookies) },
  })
  const cookie = cookieHeader(done.setCookies)
  const [, cookieName, sid, secret] = /(?:^|; )([\w-]+)=([\w-]{22})\.([\w-]+)/.exec(cookie) ?? []
  if (cookieName === undefined || sid === undefined || secret === undefined) {
    throw new Error('The login set no session cookie.')
  }
  const headers = scriptHeaders(publicUrl)
  const ask = (body: string) =>
    send({
      agent,
      port,
      path: '/bff/token',
      method: 'POST',
      headers: { ...headers, cookie },
      body,
    })
  // The record then holds the tokens of two APIs, as that of an app in use does.
  await ask(bodyFor('billing'))
  const { body: answer } = await ask(tokenBody)
  return { sid, secret, cookieName, headers, answer }
}
