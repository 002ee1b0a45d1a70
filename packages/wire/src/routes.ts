/** Paths below the base path of the BFF. Both sides name their flow files after these keys. */
export const routes = {
  login: '/login',
  callback: '/callback',
  session: '/session',
  token: '/token',
  logout: '/logout',
  logoutCallback: '/logout/callback',
  backchannelLogout: '/backchannel-logout',
  /** The user's devices; `/sessions/SID` is one of them. */
  sessions: '/sessions',
  events: '/events',
  /** Where a login ends that was started with `display=popup`. */
  popup: '/popup',
} as const

/** Where the BFF lives on the app's origin unless it is configured otherwise. */
export const defaultBasePath = '/bff'

/** Query parameter by which a failed login is reported at the app's own URL. */
export const loginErrorParameter = 'login_error'
