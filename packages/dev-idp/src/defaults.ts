import type { DevIdpLifetimes, DevIdpUser } from './options.ts'

/** Another site than `localhost`, where the app is: cookies then behave as they do in life. */
export const defaultHost = '127.0.0.1'

/** Any free port, so that tests run side by side. */
export const defaultPort = 0

/** Access tokens short enough to watch one expire, everything else as long as a working fortnight. */
export const defaultLifetimes: DevIdpLifetimes = {
  accessTokenSeconds: 300,
  idTokenSeconds: 300,
  refreshTokenSeconds: 14 * 24 * 60 * 60,
  sessionSeconds: 14 * 24 * 60 * 60,
}

/** A login page that is left open: an hour is a long lunch. */
export const interactionSeconds: number = 60 * 60

/** RFC 6749 §4.1.2 recommends ten minutes at most; a redirect takes one second. */
export const authorizationCodeSeconds = 60

/** A grant never dies of age, only its tokens do: a year outlives every dev server. */
export const grantSeconds: number = 365 * 24 * 60 * 60

/** How often expired entries are looked for, in milliseconds. */
export const sweepIntervalMs = 60_000

/**
 * How long an idle connection stays open, in milliseconds. The five seconds of Node are so near to
 * when its `fetch` lets go that on a busy machine a request meets a connection which just closed.
 */
export const keepAliveMs = 75_000

/** Longest form body in bytes, as oidc-provider itself limits it. */
export const maximumFormBytes: number = 56 * 1024

/** Time for one delivery of a logout token, in milliseconds: its receiver is on this machine. */
export const backchannelTimeoutMs = 2_500

/** Authentication context classes that can be asked for by `acr_values`. */
export const acr: Readonly<Record<'password' | 'multiFactor', string>> = {
  password: 'urn:coatcheck:acr:pwd',
  multiFactor: 'urn:coatcheck:acr:mfa',
}

/** One account of each kind that an app has to tell apart. */
export const defaultUsers: readonly DevIdpUser[] = [
  {
    username: 'alice',
    claims: { name: 'Alice Archer', email: 'alice@example.com', roles: ['user'] },
  },
  {
    username: 'bob',
    claims: { name: 'Bob Baker', email: 'bob@example.com', roles: ['admin'] },
  },
]
