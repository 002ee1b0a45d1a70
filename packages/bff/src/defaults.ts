/** Every default of the BFF with its reason. Times carry their unit in the name. */
export const defaults = {
  /** An idle session of a working day: shorter logs people out at lunch. */
  idleSeconds: 28_800,
  /** A stolen session dies within two weeks whatever happens. */
  absoluteSeconds: 1_209_600,
  /** Long enough for every tab to ask and be told why its session is over. */
  tombstoneSeconds: 900,
  /** One store write a minute is enough for an idle limit of hours. */
  touchIntervalSeconds: 60,
  /** A login with a password manager and a second factor fits; a forgotten tab does not matter. */
  transactionSeconds: 600,
  /** More parallel logins than anyone starts on purpose. */
  transactionLimit: 12,
  /** What common servers accept for all cookies of a request is 8 kB; half is left to the app. */
  transactionBytes: 4096,
  /** A provider that needs longer than this is down for the user who waits. */
  providerTimeoutMs: 8_000,
  /** A caller of a renewal waits a little longer than the provider may take. */
  renewalWaitMs: 10_000,
  /** A provider that hangs must not hold the shutdown for longer than it may take to answer. */
  shutdownMs: 10_000,
  /** Below this a token is not handed out: it would expire on its way to the API. */
  hardWindowSeconds: 10,
  /** In the last fifth of its life a token is renewed in the background. */
  softWindowShare: 0.2,
  /** When the provider does not say how long a token lives (RFC 6749, section 5.1). */
  assumedTokenLifeSeconds: 300,
  /** An API that refuses everything may cost two renewals a minute, not more. */
  rejectedRenewalsPerMinute: 2,
  /** The fail-over of a Redis takes three to four seconds; a new refresh token must survive it. */
  storeRetryPausesMs: [100, 400, 1500, 3000],
  /** What a page is told to wait when the provider gave no time. */
  retryAfterSeconds: 5,
  /** A request body of the BFF is a handful of short members. */
  bodyBytes: 8192,
  /** Standard claims (OpenID Connect Core, section 5.1) an app shows; all else stays on the server. */
  claims: [
    'sub',
    'name',
    'given_name',
    'family_name',
    'preferred_username',
    'nickname',
    'email',
    'email_verified',
    'picture',
    'locale',
  ],
  scope: 'openid profile email offline_access',
  idTokenAlgorithm: 'RS256',
  clientAuth: 'client_secret_basic',
  cookieName: 'coatcheck',
} as const
