import { createHmac } from 'node:crypto'
import { createMemoryStore } from '@coatcheck/store'
import type { AuthenticateOptions } from '../guard/authenticate.ts'
import type { AuthorizeOptions } from '../guard/authorize.ts'
import type { Refusal } from '../guard/refusal.ts'
import { octets } from './keys.ts'
import { makeBoundToken, makeProof, publicUrl } from './proofs.ts'
import { makeVerifier } from './refusal.ts'
import { canary, makeToken, now, nowSeconds } from './tokens.ts'

/** One request over real HTTP. */
export interface TableRequest {
  readonly path?: string
  readonly method?: string
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly body?: string
}

/** What the guarded API is made with; every adapter is made anew for each row. */
export interface TableGuard {
  readonly authenticate?: Partial<AuthenticateOptions>
  readonly authorize?: AuthorizeOptions
}

/** What comes back, of the headers only those that a guard may set. */
export interface TableReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** One request and the exact answer, the same for every framework. */
export interface TableRow extends TableGuard {
  readonly name: string
  readonly request: TableRequest
  readonly reply: TableReply
}

const guardHeaders = [
  'access-control-expose-headers',
  'cache-control',
  'content-type',
  'dpop-nonce',
  'retry-after',
  'set-cookie',
  'www-authenticate',
] as const

/** The headers of an answer that the table speaks of. */
export const pickHeaders = (headers: NodeJS.Dict<string | string[]>): Record<string, string> =>
  Object.fromEntries(
    guardHeaders.flatMap((name) => {
      const value = headers[name]
      return value === undefined ? [] : [[name, [value].flat().join(', ')]]
    }),
  )

/** What the tests' route answers with once the guards have let a request pass. */
export const welcome = (claims: { readonly sub?: unknown }): string =>
  JSON.stringify({ sub: claims.sub })

type Pair = readonly [name: string, value: string]

const bearer = (token: string): Pair => ['Authorization', `Bearer ${token}`]
const dpop = (token: string, proof = makeProof(token)): readonly Pair[] => [
  ['Authorization', `DPoP ${token}`],
  ['DPoP', proof],
]

const accepted: TableReply = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: welcome({ sub: canary }),
}

const problem = (status: number, code: string, title: string, challenge?: string): TableReply => ({
  status,
  headers: {
    'cache-control': 'no-store',
    'content-type': 'application/problem+json',
    ...(challenge !== undefined && {
      'access-control-expose-headers': 'WWW-Authenticate',
      'www-authenticate': challenge,
    }),
  },
  body: JSON.stringify({ type: 'about:blank', title, status, code }),
})

/** A challenge with an error, as `Bearer realm="api", error=…, error_description=…`. */
const erring = (scheme: string, error: string, description: string, more = ''): string =>
  `${scheme} realm="api", error="${error}", error_description="${description}"${more}`

const required = problem(401, 'token_required', 'An access token is required', 'Bearer realm="api"')

const invalid = problem(
  401,
  'invalid_token',
  'The access token is not valid',
  erring('Bearer', 'invalid_token', 'The access token is not valid'),
)

const twice = 'The request does not carry exactly one access token'

const malformed = problem(400, 'invalid_request', twice, erring('Bearer', 'invalid_request', twice))

const uncovered = 'The access token does not cover this'

const insufficient = (scope: string, scheme = 'Bearer') =>
  problem(
    403,
    'insufficient_scope',
    uncovered,
    erring(scheme, 'insufficient_scope', uncovered, `, scope="${scope}"`),
  )

const csrfRejected = problem(403, 'csrf_rejected', 'The request does not come from the app itself')

const relogin = 'A stronger or more recent login is required'

const stepUpNeeded = (more: string, scheme = 'Bearer') =>
  problem(
    401,
    'insufficient_user_authentication',
    relogin,
    erring(scheme, 'insufficient_user_authentication', relogin, more),
  )

const algs = 'algs="ES256 PS256 EdDSA Ed25519"'

const badProof = problem(
  401,
  'invalid_dpop_proof',
  'The DPoP proof is not valid',
  erring('DPoP', 'invalid_dpop_proof', 'The DPoP proof is not valid', `, ${algs}`),
)

const row = (
  name: string,
  headers: readonly Pair[],
  reply: TableReply,
  more: TableGuard & { readonly request?: TableRequest } = {},
): TableRow => {
  const { request, ...guard } = more
  return { name, reply, ...guard, request: { ...request, headers } }
}

const bearerRows = (): readonly TableRow[] => {
  const token = makeToken()
  const expired = makeToken({ claims: { exp: nowSeconds - 60, iat: nowSeconds - 120 } })
  const form: Pair = ['Content-Type', 'application/x-www-form-urlencoded']
  const post = { method: 'POST', body: `access_token=${token}` }
  return [
    row('J80 a good token', [bearer(token)], accepted),
    row('J80 another case of the scheme', [['authorization', `bEARER   ${token}`]], accepted),
    row('J80 HEAD', [bearer(token)], { ...accepted, body: '' }, { request: { method: 'HEAD' } }),
    row('J80 no token', [], required),
    row('J80 HEAD without a token', [], { ...required, body: '' }, { request: { method: 'HEAD' } }),
    row('J80 no token for POST', [], required, { request: { method: 'POST', body: 'a' } }),
    row('J80 an empty header', [['Authorization', '']], required),
    row('J80 a scheme alone', [['Authorization', 'Bearer']], malformed),
    row('J80 two words', [['Authorization', 'Bearer a b']], malformed),
    row('J80 a list', [['Authorization', 'Bearer a,b']], malformed),
    row('J80 octets above ASCII', [['Authorization', 'Bearer \u00e9']], invalid),
    row('J80 Basic', [['Authorization', 'Basic YTpi']], required),
    row('J80 DPoP where it is not offered', dpop(makeBoundToken()), required),
    row('J82 no JWT', [bearer('abc')], invalid),
    row('J82 an expired token', [bearer(expired)], invalid),
    row('J81 two headers', [bearer(token), bearer(token)], malformed),
    row('J81 a second scheme after', [bearer(token), ['Authorization', 'Basic YTpi']], malformed),
    row('J81 a second scheme before', [['Authorization', 'Basic YTpi'], bearer(token)], malformed),
    row(
      'J81 two other schemes',
      [
        ['Authorization', 'Basic a'],
        ['Authorization', 'Basic b'],
      ],
      required,
    ),
    row('J81 a token in the query', [], required, { request: { path: `/?access_token=${token}` } }),
    row('J81 a token in the form alone', [form], required, { request: post }),
    row('J81 a token in header and form', [form, bearer(token)], malformed, { request: post }),
    row('J81 a form without a token', [form, bearer(token)], accepted, {
      request: { method: 'POST', body: 'a=1' },
    }),
    row('J84 a token in a cookie', [['Cookie', `token=${token}; access_token=${token}`]], required),
    row('J44 a bound token under Bearer', [bearer(makeBoundToken())], invalid),
    row(
      'J83 a realm with quotes and line breaks',
      [],
      problem(
        401,
        'token_required',
        'An access token is required',
        'Bearer realm="a\\"bSet-Cookie: x"',
      ),
      { authenticate: { realm: 'a"b\r\nSet-Cookie: x\u00e9' } },
    ),
  ]
}

const authorizeRows = (): readonly TableRow[] => {
  const plain = [bearer(makeToken())]
  const client = [bearer(makeToken({ claims: { sub: 'spa' } }))]
  const scp = (value: string | readonly string[]) => [bearer(makeToken({ claims: { scp: value } }))]
  const entra = { scope: 'orders.write', scopeClaim: 'scp' }
  const login = (acr: string, secondsAgo: number) => [
    bearer(makeToken({ claims: { acr, auth_time: nowSeconds - secondsAgo } })),
  ]
  const stepUp = { acrValues: ['gold', 'silver'], maxAgeSeconds: 300, now }
  const wanted = ', acr_values="gold silver", max_age="300"'
  const onlyUser = problem(403, 'user_required', 'Only a user may do this')
  const onlyClient = problem(403, 'client_required', 'Only a client for itself may do this')
  const noRole = problem(403, 'insufficient_role', 'The user may not do this')
  return [
    row('J30 a scope it has', plain, accepted, { authorize: { scope: 'orders:read' } }),
    row('J30 a scope it lacks', plain, insufficient('orders:delete'), {
      authorize: { scope: 'orders:delete' },
    }),
    row('J30 a scope every request needs', plain, insufficient('admin'), {
      authenticate: { scope: 'admin' },
    }),
    row(
      'J30 a scope it has in a text of another claim',
      scp('orders.read orders.write'),
      accepted,
      {
        authorize: entra,
      },
    ),
    row('J30 a scope it has in a list of another claim', scp(['orders.write']), accepted, {
      authenticate: entra,
      authorize: entra,
    }),
    row('J30 a scope it lacks in another claim', scp(['orders']), insufficient('orders.write'), {
      authorize: entra,
    }),
    row('J30 a scope every request needs of another claim', plain, insufficient('orders.write'), {
      authenticate: entra,
    }),
    row('J31 a role it has', plain, accepted, { authorize: { role: ['admin', 'user'] } }),
    row('J31 a role it lacks', plain, noRole, { authorize: { role: 'use' } }),
    row('J29 a user', plain, accepted, { authorize: { principal: 'user' } }),
    row('J29 a client where a user is wanted', client, onlyUser, {
      authorize: { principal: 'user' },
    }),
    row('J29 a user where a client is wanted', plain, onlyClient, {
      authorize: { principal: 'client' },
    }),
    row('a login strong and recent enough', login('silver', 305), accepted, {
      authorize: { stepUp },
    }),
    row('a login too weak', login('bronze', 0), stepUpNeeded(wanted), { authorize: { stepUp } }),
    row('a login too old', login('gold', 306), stepUpNeeded(wanted), { authorize: { stepUp } }),
    row('a login of which nothing is known', plain, stepUpNeeded(', max_age="0"'), {
      authorize: { stepUp: { maxAgeSeconds: 0, now } },
    }),
    row('a scope it lacks, before any login', plain, insufficient('admin'), {
      authorize: { scope: 'admin', stepUp },
    }),
  ]
}

const replayed = (): NonNullable<AuthenticateOptions['dpop']>['replay'] => ({
  ...createMemoryStore({ now }),
  put: async () => undefined,
})

const nonceSecret = octets(32)

/** As the guard makes them: a second, and an HMAC over it and the API's address. */
const makeNonce = (second: number): string => {
  const mac = createHmac('sha256', nonceSecret)
  mac.update(JSON.stringify(['dpop-nonce', `${publicUrl}/`, String(second)]))
  return `${second}.${mac.digest('base64url')}`
}

const dpopRows = (): readonly TableRow[] => {
  const token = makeBoundToken()
  const options = () => ({ publicUrl, now, replay: createMemoryStore({ now }) })
  const offered = () => ({ authenticate: { dpop: options() } })
  const both = () => ({ authenticate: { dpop: { ...options(), mode: 'accepted' as const } } })
  const at = (path: string, htu: string) => ({
    headers: dpop(token, makeProof(token, { claims: { htu: `${publicUrl}${htu}` } })),
    more: { ...offered(), request: { path } },
  })
  const mounted = at('/mounted/orders?page=2', '/mounted/orders')
  const elsewhere = at('/mounted/orders', '/orders')
  const title = 'An access token is required'
  const nonce = makeNonce(nowSeconds)
  const demanding = () => ({
    authenticate: { dpop: { ...options(), nonce: { secrets: [nonceSecret] } } },
  })
  const withNonce = (second: number) =>
    dpop(token, makeProof(token, { claims: { nonce: makeNonce(second) } }))
  const needsNonce = 'The DPoP proof needs a nonce of this server'
  return [
    row('J45 a good proof', dpop(token), accepted, offered()),
    row('J45 a mounted route', mounted.headers, accepted, mounted.more),
    row('J45 another route', elsewhere.headers, badProof, elsewhere.more),
    row('J45 no proof', [['Authorization', `DPoP ${token}`]], badProof, offered()),
    row('J45 two proofs', [...dpop(token), ['DPoP', makeProof(token)]], badProof, offered()),
    row('J45 another method', dpop(token), badProof, { ...offered(), request: { method: 'POST' } }),
    row('J45 a used proof', dpop(token), badProof, {
      authenticate: { dpop: { ...options(), replay: replayed() } },
    }),
    row(
      'J45 a proof without the nonce',
      dpop(token),
      {
        ...problem(401, 'use_dpop_nonce', needsNonce),
        headers: {
          ...problem(401, 'use_dpop_nonce', needsNonce, '').headers,
          'access-control-expose-headers': 'WWW-Authenticate, DPoP-Nonce',
          'dpop-nonce': nonce,
          'www-authenticate': erring('DPoP', 'use_dpop_nonce', needsNonce, `, ${algs}`),
        },
      },
      demanding(),
    ),
    row('J45 a proof with a fresh nonce', withNonce(nowSeconds), accepted, demanding()),
    row(
      'J45 a proof with an ageing nonce',
      withNonce(nowSeconds - 200),
      {
        ...accepted,
        headers: {
          ...accepted.headers,
          'access-control-expose-headers': 'DPoP-Nonce',
          'dpop-nonce': nonce,
        },
      },
      demanding(),
    ),
    row(
      'J44 a bound token under Bearer beside DPoP',
      [bearer(token)],
      problem(
        401,
        'invalid_token',
        'The access token is not valid',
        `${erring('Bearer', 'invalid_token', 'The access token is not valid')}, DPoP realm="api", ${algs}`,
      ),
      both(),
    ),
    row('J44 an unbound token under Bearer beside DPoP', [bearer(makeToken())], accepted, both()),
    row(
      'J44 Bearer where DPoP is required',
      [bearer(makeToken())],
      problem(401, 'token_required', title, `DPoP realm="api", ${algs}`),
      offered(),
    ),
    row('J82 a scope it lacks, with a proof', dpop(token), insufficient('admin', 'DPoP'), {
      ...offered(),
      authorize: { scope: 'admin' },
    }),
    row('a login too old, with a proof', dpop(token), stepUpNeeded(', max_age="1"', 'DPoP'), {
      ...offered(),
      authorize: { stepUp: { maxAgeSeconds: 1, now } },
    }),
  ]
}

const cookieRows = (): readonly TableRow[] => {
  const token = makeToken()
  const name = '__Host-token'
  const cookie: Pair = ['Cookie', `a=b; ${name}=${token}; c=d`]
  const header: Pair = ['X-CSRF', '1']
  const site = (value: string): Pair => ['Sec-Fetch-Site', value]
  const origin = (value: string): Pair => ['Origin', value]
  const own = 'https://app.example'
  const guard = { authenticate: { cookie: { name, csrf: { origin: own } } } }
  const send = (title: string, pairs: readonly Pair[], reply: TableReply, request?: TableRequest) =>
    row(`J84 ${title}`, pairs, reply, { ...guard, ...(request !== undefined && { request }) })
  const sameOrigin = [cookie, header, site('same-origin')]
  return [
    send('a cookie of the app itself', sameOrigin, accepted),
    send('a cookie with the app as origin', [cookie, header, origin(own)], accepted),
    send(
      'a sibling with the app as origin',
      [cookie, header, site('same-site'), origin(own)],
      accepted,
    ),
    send('an old browser with a referrer', [cookie, header, ['Referer', `${own}/x`]], accepted),
    send('no cookie', [header, site('same-origin')], required),
    send('a cookie without the header', [cookie, site('same-origin')], csrfRejected),
    send('a cookie without the header, POST', [cookie, site('same-origin')], csrfRejected, {
      method: 'POST',
    }),
    send('a header of another value', [cookie, ['X-CSRF', '0'], site('same-origin')], csrfRejected),
    send('two headers', [...sameOrigin, header], csrfRejected),
    send('a cookie and nothing said of its sender', [cookie, header], csrfRejected),
    send('a cookie from another site', [cookie, header, site('cross-site')], csrfRejected),
    send(
      'a cookie from another site with our origin',
      [cookie, header, site('cross-site'), origin(own)],
      csrfRejected,
    ),
    send('a navigation', [cookie, header, site('none')], csrfRejected),
    send('a sibling', [cookie, header, site('same-site')], csrfRejected),
    send(
      'a sibling as origin',
      [cookie, header, site('same-site'), origin('https://evil.app.example')],
      csrfRejected,
    ),
    send(
      'a strange origin',
      [...sameOrigin, origin('https://app.example.evil.example')],
      csrfRejected,
    ),
    send('no origin', [...sameOrigin, origin('null')], csrfRejected),
    send(
      'a strange referrer',
      [cookie, header, ['Referer', 'https://app.example.evil.example/']],
      csrfRejected,
    ),
    send(
      'two values of the signal',
      [cookie, header, site('same-origin'), site('cross-site')],
      csrfRejected,
    ),
    send(
      'a bad token in the cookie',
      [['Cookie', `${name}=abc`], header, site('same-origin')],
      invalid,
    ),
    send(
      'two cookies of the name',
      [['Cookie', `${name}=${token}; ${name}=abc`], header, site('same-origin')],
      malformed,
    ),
    send('a cookie and a header', [...sameOrigin, bearer(token)], malformed),
    send('an empty cookie and a header', [['Cookie', `${name}=`], bearer(token)], accepted),
    send('a header alone needs no signal', [bearer(token)], accepted),
    send(
      'a bound token in the cookie',
      [['Cookie', `${name}=${makeBoundToken()}`], header, site('same-origin')],
      invalid,
    ),
    send(
      'a cookie of another case',
      [['Cookie', `__host-Token=${token}`], header, site('same-origin')],
      required,
    ),
  ]
}

/** Every row; tokens and proofs are made anew, because a proof is good once. */
export const makeGuardTable = (): readonly TableRow[] => [
  ...bearerRows(),
  ...authorizeRows(),
  ...dpopRows(),
  ...cookieRows(),
]

/** The options of a row, complete. */
export const authenticateOptionsOf = (
  { authenticate = {} }: TableGuard,
  onRefused?: (refusal: Refusal) => void,
): AuthenticateOptions => ({
  verifier: makeVerifier(),
  ...(onRefused !== undefined && { onRefused }),
  ...authenticate,
})
