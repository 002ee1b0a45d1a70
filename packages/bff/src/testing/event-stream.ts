import { request as httpRequest } from 'node:http'
import { type Browser, fetchHeaders } from './browser.ts'

/** One event as a page would receive it. */
export interface ReceivedEvent {
  readonly event: string
  readonly data: unknown
}

/** An open event stream of a page. */
export interface EventStream {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Every event so far. */
  readonly received: readonly ReceivedEvent[]
  /** The next event; `'closed'` once there are no more. */
  next(): Promise<ReceivedEvent | 'closed'>
  close(): void
}

export interface OpenStream {
  /** The app's origin, which the page was loaded from. */
  readonly origin: string
  /** Whose cookies the request carries. */
  readonly browser: Browser
  /** Where the request is answered; the origin's own port unless it is another process. */
  readonly port?: number
}

const parse = (block: string): ReceivedEvent | undefined => {
  const field = (name: string) =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2)
  const event = field('event')
  return event === undefined ? undefined : { event, data: JSON.parse(field('data') ?? 'null') }
}

export const openEventStream = ({ origin, browser, port }: OpenStream): Promise<EventStream> =>
  new Promise((resolve, reject) => {
    const url = new URL(origin)
    const cookie = [...browser.jar].map(([name, { value }]) => `${name}=${value}`).join('; ')
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port: port ?? url.port,
        path: '/bff/events',
        headers: { host: url.host, ...fetchHeaders(origin), cookie },
        agent: false,
      },
      (response) => {
        const received: ReceivedEvent[] = []
        let taken = 0
        let text = ''
        let isClosed = false
        let wake = () => {}
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          const blocks = (text + chunk).split('\n\n')
          text = blocks.pop() ?? ''
          received.push(...blocks.map(parse).filter((event) => event !== undefined))
          wake()
        })
        response.on('close', () => {
          isClosed = true
          wake()
        })
        response.on('error', () => {})
        const next = async (): Promise<ReceivedEvent | 'closed'> => {
          while (taken === received.length && !isClosed) {
            await new Promise<void>((resume) => {
              wake = resume
            })
          }
          const event = received[taken]
          taken += event === undefined ? 0 : 1
          return event ?? 'closed'
        }
        const { statusCode = 0, headers } = response
        resolve({ status: statusCode, headers, received, next, close: () => request.destroy() })
      },
    )
    request.on('error', reject)
    request.end()
  })
