/** Two can be bad luck; nobody logs in four times a minute on purpose. */
export const defaultMaximumLogins = 3

/** A round trip through the provider takes seconds, so a loop shows well within a minute. */
export const defaultWithinSeconds = 60
