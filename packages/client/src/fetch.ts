import type { Context, Wanted } from './context.ts'
import { AuthError } from './errors.ts'
import { ensureToken, renewToken, takeToken } from './token.ts'
import { findToken } from './token-holder.ts'
import { untilAborted } from './until-aborted.ts'

/** Compares parsed origins: text that only looks alike never matches (RFC 9700, section 4.9). */
const findResource = (context: Context, address: string | URL): Wanted | undefined => {
  try {
    // Not `origin`, which a `blob:` address borrows from where it was made.
    const { protocol, host } = new context.URL(address, globalThis.document?.baseURI)
    const found = context.resources.find(({ origin }) => origin === `${protocol}//${host}`)
    return found && { resource: found.name }
  } catch {
    // The platform's fetch refuses it in its own words.
    return undefined
  }
}

const send = (context: Context, request: Request, token: string): Promise<Response> =>
  context.fetch(request, {
    __proto__: null,
    headers: {
      __proto__: null,
      ...Object.fromEntries(request.headers),
      authorization: `Bearer ${token}`,
    },
    // A redirect could carry the request to where the token must not go.
    redirect: 'error',
    // The platform resets these two wherever a Request comes with options.
    referrer: request.referrer,
    referrerPolicy: request.referrerPolicy,
    signal: AbortSignal.any([request.signal, context.era.controller.signal]),
  } as object)

const fetchWithToken = async (
  context: Context,
  request: Request,
  wanted: Wanted,
  body: RequestInit['body'],
): Promise<Response> => {
  const { signal } = request
  const isStream = body instanceof ReadableStream
  const era = await ensureToken(context, 'fetch', wanted, signal)
  const token = takeToken(context, era, wanted)
  const answer = await send(context, isStream ? request : request.clone(), token)
  // A login that does not suffice is not mended by a renewal (RFC 9470, section 3).
  if (answer.status !== 401 || isStepUp(answer)) return answer
  // Somebody else's refusal may have led to a newer token already.
  if (findToken(era, wanted)?.token === token) {
    await untilAborted(renewToken(context, era, wanted, { refused: token }), signal)
  }
  const renewed = takeToken(context, era, wanted)
  if (renewed === token) return answer
  if (isStream) throw new AuthError('body_not_replayable', 'fetch')
  return send(context, request, renewed)
}

/** Whether an API asks for a stronger or fresher login rather than for a better token. */
const isStepUp = ({ headers }: Response): boolean =>
  /error="?insufficient_user_authentication/.test(`${headers.get('www-authenticate')}`)

/** `fetch` that adds the token for listed origins; everything else passes through untouched. */
export const createFetch =
  (context: Context): typeof globalThis.fetch =>
  async (input, init) => {
    if (!findResource(context, (input as Request)?.url ?? input)) return context.fetch(input, init)
    const request = new context.Request(input, init)
    // Again, by what will be sent: `input` may tell a different address each time it is asked.
    const wanted = findResource(context, request.url)
    if (!wanted || request.headers.has('authorization')) return context.fetch(request)
    return fetchWithToken(context, request, wanted, init?.body)
  }
