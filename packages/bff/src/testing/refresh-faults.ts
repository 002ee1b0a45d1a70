import type { ScriptedAnswer } from './scripted-provider.ts'

/** An answer to a refresh request that is no token, and what the page is told of it. */
export interface RefreshFault {
  readonly name: string
  readonly answer: ScriptedAnswer
  readonly status: 502 | 503
  readonly code: string
  /** `Retry-After` of a 503. */
  readonly retryAfter?: string
}

const html = { 'content-type': 'text/html' }
const page = '<!doctype html><title>Down for maintenance</title>'

const unavailable = (name: string, answer: ScriptedAnswer, retryAfter = '5'): RefreshFault => ({
  name,
  answer,
  status: 503,
  code: 'provider_unavailable',
  retryAfter,
})

const refusedClient = (name: string, answer: ScriptedAnswer): RefreshFault => ({
  name,
  answer,
  status: 502,
  code: 'provider_rejected_client',
})

const protocolFault = (name: string, answer: ScriptedAnswer): RefreshFault => ({
  name,
  answer,
  status: 502,
  code: 'provider_error',
})

/** What passes by itself: the session waits it out. */
export const outages: readonly RefreshFault[] = [
  unavailable('503', { status: 503, body: { error: 'temporarily_unavailable' } }),
  unavailable('503 with HTML', { status: 503, headers: html, body: page }),
  unavailable(
    '503 with Retry-After',
    { status: 503, headers: { 'retry-after': '42' }, body: '' },
    '42',
  ),
  unavailable('500 that says invalid_grant', { status: 500, body: { error: 'invalid_grant' } }),
  unavailable('502 with HTML', { status: 502, headers: html, body: page }),
  unavailable('504, empty', { status: 504, body: '' }),
  unavailable(
    '429 with Retry-After',
    { status: 429, headers: { 'retry-after': '17' }, body: '' },
    '17',
  ),
  unavailable('429 that says invalid_grant', { status: 429, body: { error: 'invalid_grant' } }),
  unavailable('429 with a Retry-After that is no number', {
    status: 429,
    headers: { 'retry-after': 'soon' },
    body: '',
  }),
  unavailable(
    '429 with a Retry-After of a year',
    { status: 429, headers: { 'retry-after': '31536000' }, body: '' },
    '3600',
  ),
  unavailable('400 that says temporarily_unavailable', {
    status: 400,
    body: { error: 'temporarily_unavailable' },
  }),
  unavailable('400 with HTML', { status: 400, headers: html, body: page }),
  unavailable('400, empty', { status: 400, body: '' }),
  unavailable('404', { status: 404, headers: html, body: page }),
  unavailable('403 of a firewall', { status: 403, headers: html, body: page }),
  unavailable('200 with HTML', { headers: html, body: page }),
  unavailable('200 with HTML that claims to be JSON', { body: page }),
  unavailable('200, empty', { body: '' }),
  unavailable('200 with null', { body: 'null' }),
  unavailable('200 with a list', { body: [] }),
  unavailable('200 without an access token', { body: { token_type: 'Bearer', expires_in: 600 } }),
  unavailable('200 with an access token that is no text', {
    body: { access_token: 7, token_type: 'Bearer' },
  }),
  unavailable('200 that says invalid_grant', { body: { error: 'invalid_grant' } }),
  unavailable('204', { status: 204, body: '' }),
  unavailable('301', { status: 301, headers: { location: '/trap' }, body: '' }),
  unavailable('302', { status: 302, headers: { location: '/trap' }, body: '' }),
  unavailable('307', { status: 307, headers: { location: '/trap' }, body: '' }),
  unavailable('a reset connection', 'reset'),
]

/** What the operator has to mend: the session waits for that as well. */
export const misconfigurations: readonly RefreshFault[] = [
  refusedClient('401 invalid_client', { status: 401, body: { error: 'invalid_client' } }),
  refusedClient('400 invalid_client', { status: 400, body: { error: 'invalid_client' } }),
  refusedClient('400 unauthorized_client', { status: 400, body: { error: 'unauthorized_client' } }),
  refusedClient('401 with a challenge', {
    status: 401,
    headers: { 'www-authenticate': 'Basic realm="provider"' },
    body: '',
  }),
  refusedClient('401 with a challenge and JSON', {
    status: 401,
    headers: { 'www-authenticate': 'Basic realm="provider"' },
    body: { error: 'invalid_client' },
  }),
  protocolFault('400 invalid_request', { status: 400, body: { error: 'invalid_request' } }),
  protocolFault('400 invalid_scope', { status: 400, body: { error: 'invalid_scope' } }),
  protocolFault('400 invalid_target', { status: 400, body: { error: 'invalid_target' } }),
  protocolFault('400 unsupported_grant_type', {
    status: 400,
    body: { error: 'unsupported_grant_type' },
  }),
  protocolFault('400 with an error nobody knows', { status: 400, body: { error: 'x y\r\nz' } }),
]
