/** As in oidc-client-ts. */
export const defaultExpiringSeconds = 60

/** How often the token's end is looked for. Costs no request. */
export const lookMs = 5000

/** A navigation that was asked for begins at once, or does not begin at all. */
export const startLeavingMs = 1000

/** A page that is still here after so long has not left. */
export const leaveMs = 30_000

/** As of the guards: two can be bad luck, and a way through the provider takes seconds. */
export const maximumLogins = 3
export const loginsWithinMs = 60_000
