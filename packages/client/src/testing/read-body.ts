import type { LogoutRequest, TokenRequest } from '@coatcheck/wire'
import { bodyBytes } from './defaults.ts'
import { problem } from './problem.ts'
import type { SeenRequest } from './seen.ts'

type Rules<Body> = { readonly [Name in keyof Body]-?: (value: unknown) => boolean }

const isText =
  (pattern: RegExp, maximumLength = Infinity) =>
  (value: unknown): boolean =>
    typeof value === 'string' && value.length <= maximumLength && pattern.test(value)

export const tokenRules: Rules<TokenRequest> = {
  resource: isText(/^/, 64),
  scope: isText(/^/, 1000),
  minValiditySeconds: (value) => typeof value === 'number' && value >= 0,
  rejected: isText(/^[\w-]{43}$/),
  slide: (value) => typeof value === 'boolean',
}

export const logoutRules: Rules<LogoutRequest> = {
  scope: isText(/^(local|global|others)$/),
  returnTo: isText(/^/),
  provider: isText(/^(end|keep)$/),
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The body, as strictly as the BFF reads it; a `Response` is the refusal. */
export const readBody = <Body extends object>(
  { body, headers }: SeenRequest,
  rules: Rules<Body>,
): Body | Response => {
  if (body === '') return {} as Body
  if (!/^application\/json\b/i.test(headers.get('content-type') ?? '')) {
    return problem('unsupported_media_type')
  }
  if (new TextEncoder().encode(body).length > bodyBytes) return problem('payload_too_large')
  const value = parse(body)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return problem('invalid_request')
  }
  const isGood = Object.entries(value).every(
    ([name, member]) => Object.hasOwn(rules, name) && rules[name as keyof Body](member),
  )
  return isGood ? (value as Body) : problem('invalid_request')
}
