import { type IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import type { Counters } from './counters.ts'
import { type Endpoint, endpointOf } from './endpoints.ts'
import type { FaultEffect, FaultPlan } from './faults.ts'
import { createRequest, readBody } from './messages.ts'
import { faultPage } from './pages/fault-page.ts'

/** What {@link createRequestListener} needs. */
export interface RequestListenerOptions {
  readonly issuer: string
  readonly counters: Counters
  readonly faults: FaultPlan
  /** The provider itself. */
  readonly process: (request: IncomingMessage, response: ServerResponse) => Promise<void>
  /** Ends delays when the provider is closed. */
  readonly signal: AbortSignal
  /** Learns of a failure that is nobody's hanging up. */
  readonly report: (cause: unknown) => void
}

type Listener = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** A request with what its faults and counters go by. */
interface Arrival {
  readonly request: IncomingMessage
  readonly endpoint: Endpoint
  readonly grantType: string | undefined
}

const answer = (
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
) => {
  response.writeHead(status, { 'cache-control': 'no-store', ...headers }).end(body)
}

const answerStatus = (response: ServerResponse, status: number, retryAfterSeconds?: number) => {
  const retryAfter =
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
  const headers = { 'content-type': 'text/plain; charset=utf-8', ...retryAfter }
  answer(response, status, headers, STATUS_CODES[status] ?? '')
}

/** The token endpoint's form is read here, for its grant_type, and handed on as a whole. */
const receive = async (request: IncomingMessage): Promise<Arrival | undefined> => {
  const { method = 'GET', url = '/' } = request
  const endpoint = endpointOf(method, url.split('?', 1)[0] ?? '/')
  if (endpoint !== 'token' || method !== 'POST') return { request, endpoint, grantType: undefined }
  const body = await readBody(request)
  if (body === undefined) return undefined
  const grantType = new URLSearchParams(body.toString()).get('grant_type') ?? undefined
  const { socket, headers } = request
  return { request: createRequest({ socket, method, url, headers, body }), endpoint, grantType }
}

/** Delays that end with the signal, on which they have one listener together. */
const createDelay = (signal: AbortSignal) => {
  const waiting = new Set<AbortController>()
  const endAll = () => {
    for (const each of waiting) each.abort(signal.reason)
  }
  signal.addEventListener('abort', endAll, { once: true })
  return async (ms: number): Promise<void> => {
    signal.throwIfAborted()
    const own = new AbortController()
    waiting.add(own)
    try {
      await setTimeout(ms, undefined, { signal: own.signal })
    } finally {
      waiting.delete(own)
    }
  }
}

const createFaultSwitch = ({ process, signal }: RequestListenerOptions) => {
  const delay = createDelay(signal)
  const drop = (request: IncomingMessage) => void request.socket.resetAndDestroy()

  return async (effect: FaultEffect, request: IncomingMessage, response: ServerResponse) => {
    switch (effect.kind) {
      case 'delay':
        await delay(effect.ms)
        return process(request, response)
      case 'status':
        return answerStatus(response, effect.status, effect.retryAfterSeconds)
      case '429':
        return answerStatus(response, 429, effect.retryAfterSeconds)
      case 'html': {
        const status = effect.status ?? 502
        const headers = { 'content-type': 'text/html; charset=utf-8' }
        return answer(response, status, headers, faultPage(status))
      }
      case 'error': {
        const { error, errorDescription: error_description } = effect
        const headers = { 'content-type': 'application/json; charset=utf-8' }
        const body = JSON.stringify({ error, error_description })
        return answer(response, effect.status ?? 400, headers, body)
      }
      case 'drop-before':
        return drop(request)
      case 'drop-after-processing':
        // The answer goes to a response that has no socket.
        await process(request, new ServerResponse(request))
        return drop(request)
    }
  }
}

const isHangUp = (cause: unknown) =>
  cause instanceof Error && 'code' in cause && cause.code === 'ECONNRESET'

/** Counts every request, injects the faults in force and hands the rest to the provider. */
export const createRequestListener = (options: RequestListenerOptions): Listener => {
  const { issuer, counters, faults, process, signal, report } = options
  const applyFault = createFaultSwitch(options)
  const { host } = new URL(issuer)

  return async (request, response) => {
    // A name that only resolves to this machine (DNS rebinding) is not this provider's name.
    if (request.headers.host !== host) return answerStatus(response, 421)
    try {
      const arrival = await receive(request)
      if (arrival === undefined) return answerStatus(response, 413)
      counters.count(arrival.endpoint, arrival.grantType)
      const effect = faults.take(arrival.endpoint, arrival.grantType)
      if (effect === undefined) return await process(arrival.request, response)
      await applyFault(effect, arrival.request, response)
    } catch (cause) {
      request.socket.destroy()
      if (!signal.aborted && !isHangUp(cause)) report(cause)
    }
  }
}
