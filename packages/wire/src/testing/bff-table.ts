import type { SessionEndReason } from '../session.ts'
import {
  anonymous,
  authenticated,
  del,
  device,
  devices,
  done,
  ended,
  get,
  loggedOut,
  post,
  refusal,
  tokenOf,
} from './expectations.ts'
import type { TableCall, TableCase, TableStep } from './stage.ts'

const unknownSid = 'a'.repeat(22)

const without = ({ headers, ...call }: TableCall): TableCall => {
  const { 'x-csrf': _, ...rest } = headers ?? {}
  return { ...call, headers: rest }
}

const calls: readonly TableCall[] = [
  get('/session'),
  post('/token'),
  post('/logout'),
  get('/sessions'),
  del(`/sessions/${unknownSid}`),
  get('/events'),
]

const nobody: readonly TableCase[] = [
  {
    title: 'without a session the session answer says so, whatever is asked for besides',
    steps: ['/session', '/session?resource=orders', '/session?resource=nowhere'].map((path) => ({
      call: get(path),
      answer: anonymous(),
    })),
  },
  {
    title: 'without a session what needs one is refused',
    steps: [
      post('/token'),
      post('/token', { resource: 'nowhere' }),
      get('/sessions'),
      del(`/sessions/${unknownSid}`),
      get('/events'),
      post('/logout', { scope: 'others' }),
    ].map((call) => ({ call, answer: refusal('session_required') })),
  },
  {
    title: 'without a session a request that is wrong in itself is refused as such',
    steps: [
      { call: post('/token', { unheard: true }), answer: refusal('invalid_request') },
      { call: post('/logout', { scope: 'all' }), answer: refusal('invalid_request') },
      {
        call: post('/logout', { scope: 'others', returnTo: '//evil.example' }),
        answer: refusal('return_to_not_allowed'),
      },
    ],
  },
  {
    title: 'without a session a logout has nothing to do',
    steps: [
      { call: post('/logout'), answer: done },
      { call: post('/logout', { scope: 'global' }), answer: done },
    ],
  },
]

const session: readonly TableCase[] = [
  {
    title: 'a session answer tells who is logged in, with a token where one is asked for',
    steps: [
      'log in',
      { call: get('/session'), answer: authenticated() },
      { call: get('/session?resource=orders'), answer: authenticated({ resource: 'orders' }) },
      {
        call: get('/session?resource=orders'),
        answer: authenticated({ resource: 'orders', token: 'same' }),
      },
      {
        call: get('/session?resource=billing'),
        answer: authenticated({ resource: 'billing', token: 'other' }),
      },
    ],
  },
  {
    title: 'a session answer for a resource that is not configured is a refusal',
    steps: [
      'log in',
      { call: get('/session?resource=nowhere'), answer: refusal('unknown_resource') },
      { call: get('/session?resource='), answer: refusal('unknown_resource') },
    ],
  },
  {
    title: 'a call in the background leaves the idle limit where it is',
    steps: [
      'log in',
      { advance: 3600 },
      { call: get('/session?slide=false'), answer: authenticated({ idle: 25_200 }) },
      { call: post('/token', { slide: false }), answer: tokenOf('orders') },
      { call: get('/session?slide=false'), answer: authenticated({ idle: 25_200 }) },
      { call: get('/session'), answer: authenticated({ idle: 28_800 }) },
      { advance: 3600 },
      { call: post('/token'), answer: tokenOf('orders') },
      { call: get('/session?slide=false'), answer: authenticated({ idle: 28_800 }) },
    ],
  },
]

const token: readonly TableCase[] = [
  {
    title: 'a token is that of the resource asked for, and of the first where none is',
    steps: [
      'log in',
      { call: get('/session?resource=orders'), answer: authenticated({ resource: 'orders' }) },
      { call: post('/token'), answer: tokenOf('orders', { token: 'same', expiresIn: 600 }) },
      {
        call: { method: 'POST', path: '/token', headers: { 'x-csrf': '1' } },
        answer: tokenOf('orders', { token: 'same' }),
      },
      {
        call: post('/token', { resource: 'billing' }),
        answer: tokenOf('billing', { token: 'other' }),
      },
      { call: post('/token', { resource: 'nowhere' }), answer: refusal('unknown_resource') },
    ],
  },
  {
    title: 'a narrower scope has a token of its own, and a wider one is refused',
    steps: [
      'log in',
      { call: post('/token'), answer: tokenOf('orders') },
      {
        call: post('/token', { scope: 'orders:read' }),
        answer: tokenOf('orders', { scope: 'orders:read', token: 'other' }),
      },
      {
        call: post('/token', { scope: 'orders:read' }),
        answer: tokenOf('orders', { scope: 'orders:read', token: 'same' }),
      },
      {
        call: post('/token', { scope: 'orders:write orders:read' }),
        answer: tokenOf('orders', { token: 'other' }),
      },
      {
        call: post('/token', { scope: 'orders:read orders:write orders:read' }),
        answer: tokenOf('orders', { token: 'same' }),
      },
      {
        call: post('/token', { scope: 'orders:cancel orders:write orders:read' }),
        answer: tokenOf('orders', { token: 'other' }),
      },
      { call: post('/token'), answer: tokenOf('orders', { token: 'same' }) },
      ...['orders:admin', 'orders:read orders:admin', ''].map((scope) => ({
        call: post('/token', { scope }),
        answer: refusal('insufficient_scope'),
      })),
    ],
  },
  {
    title: 'a token is kept while it lives long enough, and replaced when it does not',
    steps: [
      'log in',
      { call: post('/token'), answer: tokenOf('orders', { expiresIn: 600 }) },
      {
        call: post('/token', { minValiditySeconds: 1e9 }),
        answer: tokenOf('orders', { token: 'same' }),
      },
      { advance: 400 },
      {
        call: post('/token', { minValiditySeconds: 199 }),
        answer: tokenOf('orders', { token: 'same', expiresIn: 200 }),
      },
      {
        call: post('/token', { minValiditySeconds: 201 }),
        answer: tokenOf('orders', { token: 'other', expiresIn: 600 }),
      },
      { advance: 595 },
      { call: post('/token'), answer: tokenOf('orders', { token: 'other', expiresIn: 600 }) },
    ],
  },
  {
    title: 'a refused token is replaced, but only the present one and only twice a minute',
    steps: [
      'log in',
      { call: post('/token'), answer: tokenOf('orders') },
      {
        call: ({ fingerprint }) => post('/token', { rejected: fingerprint }),
        answer: tokenOf('orders', { token: 'other' }),
      },
      {
        call: ({ formerFingerprint }) => post('/token', { rejected: formerFingerprint }),
        answer: tokenOf('orders', { token: 'same' }),
      },
      {
        call: ({ fingerprint }) => post('/token', { rejected: fingerprint }),
        answer: tokenOf('orders', { token: 'other' }),
      },
      {
        call: ({ fingerprint }) => post('/token', { rejected: fingerprint }),
        answer: tokenOf('orders', { token: 'same' }),
      },
      { advance: 61 },
      {
        call: ({ fingerprint }) => post('/token', { rejected: fingerprint }),
        answer: tokenOf('orders', { token: 'other' }),
      },
    ],
  },
]

const malformed: readonly unknown[] = [
  { resource: 1 },
  { resource: 'x'.repeat(65) },
  { scope: ['orders:read'] },
  { scope: 'x'.repeat(1001) },
  { minValiditySeconds: '60' },
  { minValiditySeconds: -1 },
  { rejected: 'x'.repeat(42) },
  { rejected: '+'.repeat(43) },
  { slide: 'false' },
  { toString: 1 },
  { unheard: true },
  [],
  'null',
  '"text"',
  '{"resource":',
]

const bodies: readonly TableCase[] = [
  {
    title: 'a body that is not what the contract says is refused',
    steps: [
      'log in',
      ...malformed.map((body) => ({
        call: post('/token', body),
        answer: refusal('invalid_request'),
      })),
      ...[{ scope: 'all' }, { provider: 'ask' }, { returnTo: 1 }, { unheard: 1 }].map((body) => ({
        call: post('/logout', body),
        answer: refusal('invalid_request'),
      })),
      { call: get('/session'), answer: authenticated() },
    ],
  },
  {
    title: 'a body of another media type or size is refused',
    steps: ['/token', '/logout'].flatMap((path): readonly TableStep[] => [
      {
        call: { ...post(path), headers: { 'x-csrf': '1', 'content-type': 'text/plain' } },
        answer: refusal('unsupported_media_type'),
      },
      {
        call: {
          ...post(path),
          headers: { 'x-csrf': '1', 'content-type': 'application/x-www-form-urlencoded' },
        },
        answer: refusal('unsupported_media_type'),
      },
      { call: post(path, { scope: 'x'.repeat(8192) }), answer: refusal('payload_too_large') },
    ]),
  },
]

const logout: readonly TableCase[] = [
  ...(['local', 'global'] as const).map((scope) => ({
    title: `a ${scope} logout leads to the provider and leaves nothing behind`,
    steps: [
      'log in',
      'add a device',
      { call: post('/logout', { scope, returnTo: '/bye' }), answer: loggedOut },
      { call: get('/session'), answer: anonymous() },
      { call: post('/token'), answer: refusal('session_required') },
      { call: post('/logout', { scope }), answer: done },
    ] satisfies readonly TableStep[],
  })),
  {
    title: 'a logout that keeps the session at the provider leads nowhere',
    steps: [
      'log in',
      { call: post('/logout', { provider: 'keep' }), answer: done },
      { call: get('/session'), answer: anonymous() },
    ],
  },
  {
    title: 'a logout of the others leaves this session alone',
    steps: [
      'log in',
      'add a device',
      { call: get('/sessions'), answer: devices(device(true), device(false)) },
      { call: post('/logout', { scope: 'others' }), answer: done },
      { call: get('/sessions'), answer: devices(device(true)) },
      { call: get('/session'), answer: authenticated() },
    ],
  },
  {
    title: 'a logout that would return elsewhere is refused and ends nothing',
    steps: [
      'log in',
      ...['https://evil.example/', '//evil.example', 'javascript:alert(1)', '/bff/login', ''].map(
        (returnTo) => ({
          call: post('/logout', { returnTo }),
          answer: refusal('return_to_not_allowed'),
        }),
      ),
      { call: get('/session'), answer: authenticated() },
    ],
  },
]

const deviceCases: readonly TableCase[] = [
  {
    title: 'a device is listed until it is ended, and then unknown',
    steps: [
      'log in',
      'add a device',
      { call: get('/sessions'), answer: devices(device(true), device(false)) },
      {
        call: ({ otherSid }) => del(`/sessions/${otherSid}`),
        answer: { status: 204 },
      },
      { call: get('/sessions'), answer: devices(device(true)) },
      {
        call: ({ otherSid }) => del(`/sessions/${otherSid}`),
        answer: refusal('not_found'),
      },
      { call: get('/session'), answer: authenticated() },
    ],
  },
  {
    title: 'a device that ends itself is logged out',
    steps: [
      'log in',
      { call: get('/session'), answer: authenticated() },
      { call: ({ sid }) => del(`/sessions/${sid}`), answer: { status: 204 } },
      { call: get('/session'), answer: anonymous() },
    ],
  },
  {
    title: 'what is no device of the user is not found',
    steps: [
      'log in',
      ...[unknownSid, 'short', 'a'.repeat(23), '', `${'a'.repeat(21)}.`].map((sid) => ({
        call: del(`/sessions/${sid}`),
        answer: refusal('not_found'),
      })),
    ],
  },
]

const allowed = [
  ['/login', 'GET'],
  ['/callback', 'GET'],
  ['/session', 'GET'],
  ['/token', 'POST'],
  ['/logout', 'POST'],
  ['/logout/callback', 'GET'],
  ['/sessions', 'GET'],
  [`/sessions/${unknownSid}`, 'DELETE'],
  ['/events', 'GET'],
  ['/popup', 'GET'],
] as const

const border: readonly TableCase[] = [
  {
    title: 'a live session has an event stream',
    steps: [
      'log in',
      { call: get('/events'), answer: { status: 200, mediaType: 'text/event-stream' } },
    ],
  },
  {
    title: 'a call without the static header is refused, logged in or not',
    steps: [
      ...calls.map((call) => ({ call: without(call), answer: refusal('csrf_rejected') })),
      'log in',
      ...calls.map((call) => ({ call: without(call), answer: refusal('csrf_rejected') })),
      ...calls.map((call) => ({
        call: { ...call, headers: { ...call.headers, 'x-csrf': 'true' } },
        answer: refusal('csrf_rejected'),
      })),
      { call: get('/session'), answer: authenticated() },
    ],
  },
  {
    title: 'another method is refused with the one that is allowed',
    steps: allowed.flatMap(([path, method]) =>
      ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
        .filter((other) => other !== method)
        .map((other) => ({
          call: { method: other, path, headers: { 'x-csrf': '1' } },
          answer: refusal('method_not_allowed', {}, { allow: method }),
        })),
    ),
  },
  {
    title: 'what is not there is not found',
    steps: ['/nowhere', '/session/', '/sessions/', '/Session', '/token/x'].map((path) => ({
      call: get(path),
      answer: refusal('not_found'),
    })),
  },
  {
    title: 'what a window goes to is not fetched',
    steps: ['/login', '/callback', '/logout/callback', '/popup'].map((path) => ({
      call: get(path),
      answer: refusal('origin_not_allowed'),
    })),
  },
]

const reasons: readonly SessionEndReason[] = [
  'expired',
  'logout',
  'replaced',
  'refresh_rejected',
  'subject_changed',
  'replayed',
  'revoked',
]

const endings: readonly TableCase[] = reasons.map((reason) => ({
  title: `a session that ended as ${reason} says so until a logout clears it away`,
  steps: [
    'log in',
    { call: get('/session?resource=orders'), answer: authenticated({ resource: 'orders' }) },
    { end: reason },
    { call: get('/session'), answer: anonymous(reason) },
    { call: get('/session?resource=orders&slide=false'), answer: anonymous(reason) },
    ...[
      post('/token'),
      post('/token', { resource: 'nowhere' }),
      get('/sessions'),
      del(`/sessions/${unknownSid}`),
      get('/events'),
      post('/logout', { scope: 'others' }),
    ].map((call) => ({ call, answer: ended(reason) })),
    { call: post('/logout'), answer: done },
    { call: get('/session'), answer: anonymous() },
  ],
}))

/** What every BFF answers, the real one and those that stand in for it in tests. */
export const bffTable: readonly TableCase[] = [
  ...nobody,
  ...session,
  ...token,
  ...bodies,
  ...logout,
  ...deviceCases,
  ...border,
  ...endings,
]
