/** Every default of the BFF with its reason. Times carry their unit in the name. */
export const defaults = {
  /** An idle session of a working day: shorter logs people out at lunch. */
  idleSeconds: 28_800,
  /** A stolen session dies within two weeks whatever happens. */
  absoluteSeconds: 1_209_600,
  /** Long enough for every tab to ask and be told why its session is over. */
  tombstoneSeconds: 900,
  /** A stolen cookie is told from its successor within minutes; one more store write for that. */
  secretRotationSeconds: 600,
  /** Requests that were sent beside the first use of a new secret arrive within this. */
  secretGraceSeconds: 60,
  /** One store write a minute is enough for an idle limit of hours. */
  touchIntervalSeconds: 60,
  /** A login with a password manager and a second factor fits; a forgotten tab does not matter. */
  transactionSeconds: 600,
  /** More parallel logins than anyone starts on purpose. */
  transactionLimit: 12,
  /** Logins of several tabs that finish within this time count as parallel. */
  parallelLoginMs: 5_000,
  /** What common servers accept for all cookies of a request is 8 kB; half is left to the app. */
  transactionBytes: 4096,
  /** A provider that needs longer than this is down for the user who waits. */
  providerTimeoutMs: 8_000,
  /** A caller of a renewal waits a little longer than the provider may take. */
  renewalWaitMs: 10_000,
  /**
   * How long a dead process keeps others from renewing its session. Below `renewalWaitMs`, so that
   * whoever waits sees the lease run out and still has time for a renewal of its own.
   */
  leaseMs: 6_000,
  /** Two renewals of the lease may fail before it is lost. */
  leaseRenewalMs: 2_000,
  /**
   * How long a lease that was not given back must stand unchanged before someone else takes it:
   * longer than its renewals are apart, and than clients need to find back to a store that was away.
   * Counts beside `leaseMs`, so whoever sees the holder die waits no longer for it.
   */
  leaseWatchMs: 4_000,
  /** As long as a holder may still try to store what it got. */
  leaseTraceMs: 600_000,
  /** Discovery, refresh and every attempt to store fit in twice the provider's time and this. */
  leaseLimitExtraMs: 15_000,
  /** First and longest pause between two looks at a session that another process renews. */
  waitPausesMs: { first: 50, longest: 250 },
  /** Outages in a row after which the provider counts as down: a single reset says nothing. */
  breakerFailures: 5,
  /** Short: one probe every two seconds and process is no load, and recovery is seen at once. */
  breakerOpenMs: 2_000,
  /** A provider that hangs must not hold the shutdown for longer than it may take to answer. */
  shutdownMs: 10_000,
  /** Below this a token is not handed out: it would expire on its way to the API. */
  hardWindowSeconds: 10,
  /** In the last fifth of its life a token is renewed in the background. */
  softWindowShare: 0.2,
  /** Up to that much earlier, each session at its own time: logins of one minute must not meet. */
  softWindowSpread: 0.05,
  /** When the provider does not say how long a token lives (RFC 6749, section 5.1). */
  assumedTokenLifeSeconds: 300,
  /**
   * Tokens for less than a resource's scope, of one session: more than an app asks for, and a script
   * that asks for every subset of a scope does not make the record larger than that.
   */
  narrowTokensKept: 8,
  /** An API that refuses everything may cost two renewals a minute, not more. */
  rejectedRenewalsPerMinute: 2,
  /**
   * A new refresh token must outlive the restart of a store, which may take minutes, and so must the
   * end of a session. Short enough for several attempts while others watch the lease.
   */
  storeRetryMs: { pause: 500, limit: 600_000 },
  /**
   * How long a request waits for a store that could not tell whether a session ended: longer than
   * clients need to find back to a store that was away. The end goes on without the request.
   */
  endWaitMs: 4_000,
  /** How long a logout waits for what is to be revoked to be written down, part of the above. */
  revocationWaitMs: 1_000,
  /** What a page is told to wait when the provider gave no time. */
  retryAfterSeconds: 5,
  /** More than any person has; the oldest ends when an automated login goes beyond. */
  indexedSessions: 1000,
  /** How long after a logout at the provider a login that was under way is still caught by it. */
  providerLogoutSeconds: 120,
  /** Clocks of provider and BFF may differ by this much. */
  leewaySeconds: 10,
  /** A logout token is sent at once; the specification recommends two minutes, this is generous. */
  logoutTokenLifeSeconds: 3600,
  /** Larger than any logout token; the form around it is bounded likewise. */
  logoutTokenBytes: 16_384,
  /** After each failed revocation the next one; after the last the provider's own expiry remains. */
  revocationPausesSeconds: [30, 120, 600, 3600, 21_600],
  /** Longer than all pauses together. */
  revocationKeptSeconds: 86_400,
  /**
   * Of each of sixteen lists: bounds what an outage of the provider leaves in the store. The oldest
   * of a full list gives way and is not tried again.
   */
  revocationsKept: 250,
  /** Attempts of one list at once: a provider that comes back is not met by a storm. */
  revocationBatch: 10,
  /** How often each process looks for revocations that are due. */
  revocationPollMs: 30_000,
  /**
   * Keeps proxies from closing a quiet event stream, of which most allow a minute; and as messages
   * are hints, how often a stream reads the session by itself.
   */
  heartbeatMs: 20_000,
  /** Time enough to move the mouse. */
  expiringSeconds: 120,
  /** One visible tab holds a stream; a few more are reloads whose old stream has not closed yet. */
  eventStreamsPerSession: 8,
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
