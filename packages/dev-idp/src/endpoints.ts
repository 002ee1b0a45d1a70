/** What the provider counts requests for and where faults can be injected. */
export type Endpoint =
  | 'discovery'
  | 'jwks'
  | 'par'
  | 'authorize'
  | 'login'
  | 'token'
  | 'userinfo'
  | 'revocation'
  | 'end_session'
  | 'other'

/** Paths below the issuer. */
export const paths: Readonly<
  Record<
    | 'authorize'
    | 'endSession'
    | 'endSessionConfirm'
    | 'jwks'
    | 'login'
    | 'par'
    | 'revocation'
    | 'token'
    | 'userinfo',
    string
  >
> = {
  authorize: '/authorize',
  endSession: '/logout',
  endSessionConfirm: '/logout/confirm',
  jwks: '/jwks',
  login: '/login',
  par: '/par',
  revocation: '/revoke',
  token: '/token',
  userinfo: '/userinfo',
}

const endpointsByPath: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ['/.well-known/openid-configuration', 'discovery'],
  ['/.well-known/oauth-authorization-server', 'discovery'],
  [paths.jwks, 'jwks'],
  [paths.par, 'par'],
  [paths.authorize, 'authorize'],
  [paths.token, 'token'],
  [paths.userinfo, 'userinfo'],
  [paths.revocation, 'revocation'],
  [paths.endSession, 'end_session'],
])

/** Every endpoint by name. */
export const endpoints: readonly Endpoint[] = [
  ...new Set(endpointsByPath.values()),
  'login',
  'other',
]

/** The endpoint a request is for. A CORS preflight is `other`: it asks for nothing yet. */
export const endpointOf = (method: string, pathname: string): Endpoint => {
  if (method === 'OPTIONS') return 'other'
  if (pathname.startsWith(`${paths.login}/`)) return 'login'
  return endpointsByPath.get(pathname) ?? 'other'
}
