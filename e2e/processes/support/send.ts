import { Agent, request } from 'node:http'

/** An answer of a BFF. */
export interface Answer {
  readonly status: number
  readonly location: string
  readonly setCookies: readonly string[]
  readonly retryAfter: string | undefined
  readonly body: Readonly<Record<string, unknown>>
}

export interface Call {
  readonly agent: Agent
  readonly port: number
  readonly path: string
  readonly method?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

const parse = (text: string): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

/** Drops idle connections well before a server does, or a request would meet one that just closed. */
export const createAgent = (): Agent => new Agent({ keepAlive: true, timeout: 2_000 })

/** Sends one request by node:http, which lets a test say what only browsers say. */
export const send = ({ body, ...call }: Call): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', ...call }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('error', reject)
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response
        resolve({
          status,
          location: headers.location ?? '',
          setCookies: headers['set-cookie'] ?? [],
          retryAfter: headers['retry-after'],
          body: parse(text),
        })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })

/** What of `Set-Cookie` lines goes back in `Cookie`. */
export const cookieHeader = (setCookies: readonly string[]): string =>
  setCookies
    .map((line) => line.split(';', 1)[0] ?? '')
    .filter((pair) => !pair.endsWith('='))
    .join('; ')
