import { decodeUtf8, parseStrictJson } from '../token/json.ts'
import type { Jwk } from './jwk.ts'
import { readJwkSet } from './jwk-set.ts'

/** What one fetch needs. */
export interface KeySetRequest {
  readonly url: string
  readonly fetch: typeof globalThis.fetch
  readonly timeoutMs: number
  readonly maximumBytes: number
}

/** Outcome of one fetch; a refusal says why in fixed words that name no address. */
export type KeySetAnswer =
  | { readonly ok: true; readonly keys: readonly Jwk[] }
  | { readonly ok: false; readonly reason: string }

/** The text of an answer, of which nothing is known but that it is UTF-8 and not too long. */
export type KeySetText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string }

const refused = (reason: string): { readonly ok: false; readonly reason: string } => ({
  ok: false,
  reason,
})

/** The body, or `undefined` when it is larger than allowed. Reads no more than that. */
const readBody = async (
  response: Response,
  maximumBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> => {
  if (Number(response.headers.get('content-length')) > maximumBytes) {
    await response.body?.cancel()
    return undefined
  }
  const body = new Uint8Array(maximumBytes)
  let length = 0
  const reader = response.body?.getReader()
  for (;;) {
    const chunk = await reader?.read()
    if (chunk === undefined || chunk.done) return body.subarray(0, length)
    if (length + chunk.value.byteLength > maximumBytes) {
      await reader?.cancel()
      return undefined
    }
    body.set(chunk.value, length)
    length += chunk.value.byteLength
  }
}

const request = async (wanted: KeySetRequest, signal: AbortSignal): Promise<KeySetText> => {
  // Browsers refuse a fetch that is called as another object's method.
  const { fetch } = wanted
  const response = await fetch(wanted.url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    // Not every edge runtime knows 'error'; a redirect is then an answer other than 200.
    redirect: 'manual',
    signal,
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    return refused(`the key server answered with status ${response.status}`)
  }
  const body = await readBody(response, wanted.maximumBytes)
  if (body === undefined) return refused('the key server sent too much')
  const text = decodeUtf8(body)
  return text === undefined ? refused("the key server's answer is not UTF-8") : { ok: true, text }
}

/** Names such as ECONNREFUSED tell an operator enough; messages may hold the address. */
const describeFailure = (error: unknown): string => {
  const cause = error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined
  const code = typeof cause?.code === 'string' && /^[A-Z_]+$/.test(cause.code) ? cause.code : ''
  return `the key server cannot be reached${code === '' ? '' : ` (${code})`}`
}

/** Fetches the text of a key set within the limits. Never rejects. */
export const fetchKeySetText = async (wanted: KeySetRequest): Promise<KeySetText> => {
  const abort = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  // A fetch that does not heed the signal is left behind all the same.
  const timeout = new Promise<KeySetText>((resolve) => {
    timer = setTimeout(() => {
      abort.abort()
      resolve(refused(`the key server did not answer within ${wanted.timeoutMs} ms`))
    }, wanted.timeoutMs)
  })
  try {
    return await Promise.race([request(wanted, abort.signal), timeout])
  } catch (error) {
    return refused(describeFailure(error))
  } finally {
    clearTimeout(timer)
  }
}

/** Fetches a key set within the limits. Never rejects. */
export const fetchKeySet = async (wanted: KeySetRequest): Promise<KeySetAnswer> => {
  const answer = await fetchKeySetText(wanted)
  if (!answer.ok) return answer
  const json = parseStrictJson(answer.text)
  if (!json.ok) return refused(`the key server's answer is not a key set: ${json.reason}`)
  const set = readJwkSet(json.value)
  return set.ok ? set : refused(`the key set is refused: ${set.reason}`)
}
