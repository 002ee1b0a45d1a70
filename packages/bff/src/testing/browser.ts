import { request as httpRequest } from 'node:http'
import { parseSetCookie } from 'cookie'

export interface BrowserResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly location: string
  readonly setCookies: readonly string[]
  readonly text: string
  json(): Record<string, unknown>
}

export interface BrowserRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: string
}

interface JarCookie {
  readonly value: string
  readonly sameSite: string | undefined
}

/** Sends requests as Chromium would, with a cookie jar that knows SameSite. */
export interface Browser {
  readonly jar: Map<string, JarCookie>
  /** Exactly these headers, the jar's cookies not included. */
  send(path: string, request?: BrowserRequest): Promise<BrowserResponse>
  /** A top-level navigation; one that another site started brings no Strict cookie. */
  navigate(path: string, from?: 'same-origin' | 'cross-site'): Promise<BrowserResponse>
  /** A call of the app's own script. */
  get(path: string): Promise<BrowserResponse>
  post(path: string, body?: unknown): Promise<BrowserResponse>
  delete(path: string): Promise<BrowserResponse>
}

export const fetchHeaders = (origin: string): Record<string, string> => ({
  'x-csrf': '1',
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
  origin,
})

export const navigationHeaders: Readonly<Record<string, string>> = {
  accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'sec-fetch-site': 'none',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-user': '?1',
}

export const createBrowser = (origin: string): Browser => {
  const jar = new Map<string, JarCookie>()
  const { hostname, port } = new URL(origin)

  const keep = (line: string) => {
    const { name, value, maxAge, expires, sameSite } = parseSetCookie(line)
    const isDeleted = maxAge === 0 || (expires !== undefined && expires.getTime() < 86_400_000)
    if (isDeleted) jar.delete(name)
    else jar.set(name, { value: value ?? '', sameSite: String(sameSite) })
  }

  const send = (path: string, { method = 'GET', headers = {}, body }: BrowserRequest = {}) =>
    new Promise<BrowserResponse>((resolve, reject) => {
      const request = httpRequest(
        {
          host: '127.0.0.1',
          port,
          path,
          method,
          headers: { host: `${hostname}:${port}`, ...headers },
        },
        (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => {
            text += chunk
          })
          response.on('end', () => {
            const setCookies = response.headers['set-cookie'] ?? []
            setCookies.forEach(keep)
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              location: response.headers.location ?? '',
              setCookies,
              text,
              json: () => JSON.parse(text) as Record<string, unknown>,
            })
          })
        },
      )
      request.on('error', reject)
      request.end(body)
    })

  const cookieHeader = (isCrossSite: boolean): Record<string, string> => {
    const sent = [...jar].filter(([, cookie]) => !isCrossSite || cookie.sameSite !== 'strict')
    return sent.length === 0
      ? {}
      : { cookie: sent.map(([name, { value }]) => `${name}=${value}`).join('; ') }
  }

  return {
    jar,
    send,
    navigate: (path, from = 'same-origin') =>
      send(path, {
        headers: {
          ...navigationHeaders,
          'sec-fetch-site': from,
          ...cookieHeader(from === 'cross-site'),
        },
      }),
    delete: (path) =>
      send(path, {
        method: 'DELETE',
        headers: { ...fetchHeaders(origin), ...cookieHeader(false) },
      }),
    get: (path) => send(path, { headers: { ...fetchHeaders(origin), ...cookieHeader(false) } }),
    post: (path, body = {}) =>
      send(path, {
        method: 'POST',
        headers: {
          ...fetchHeaders(origin),
          'content-type': 'application/json',
          ...cookieHeader(false),
        },
        body: JSON.stringify(body),
      }),
  }
}
