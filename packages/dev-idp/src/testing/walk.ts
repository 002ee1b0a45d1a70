import { DevIdpError } from '../errors.ts'
import { cookieHeader, type ProviderCookies, storeCookies } from './cookies.ts'
import type { Submission } from './page.ts'

/** Options of every walk. */
export interface WalkOptions {
  /** From an earlier walk, to go on in the same browser. Default: a fresh browser. */
  readonly cookies?: ProviderCookies
  /** Sends the requests. Default: the platform's. */
  readonly fetch?: typeof globalThis.fetch
  /** Clock in epoch milliseconds, for the expiry of cookies. Default `Date.now`. */
  readonly now?: () => number
}

/** Where a walk ended. */
export interface WalkResult {
  /** The first URL away from the provider: where the browser would go next. */
  readonly url: string
  /** What the browser remembers of the provider. */
  readonly cookies: ProviderCookies
}

const maximumRequests = 20

const request = (submission: Submission | undefined): RequestInit =>
  submission === undefined
    ? { method: 'GET' }
    : { method: 'POST', body: new URLSearchParams(submission.form) }

/** Follows redirects and answers pages at the provider until it sends the browser elsewhere. */
export const walk = async (
  start: string | URL,
  { cookies: given = [], fetch = globalThis.fetch, now = Date.now }: WalkOptions,
  answerPage: (page: string) => Submission,
): Promise<WalkResult> => {
  let url = new URL(start)
  const { origin } = url
  let cookies = given
  let submission: Submission | undefined
  for (let requests = 0; requests < maximumRequests; requests += 1) {
    const response = await fetch(url, {
      ...request(submission),
      redirect: 'manual',
      headers: { accept: 'text/html', cookie: cookieHeader(cookies, url.pathname) },
    })
    cookies = storeCookies(cookies, response.headers.getSetCookie(), now())
    const page = await response.text()
    const location = response.headers.get('location')
    submission = location === null ? answerPage(page) : undefined
    url = new URL(location ?? submission?.action ?? '', url)
    if (url.origin !== origin) return { url: url.href, cookies }
  }
  throw new DevIdpError('page_unexpected', 'The provider never sends the browser back to the app.')
}
