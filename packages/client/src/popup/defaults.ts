/** As long as the BFF remembers a login in progress. */
export const defaultTimeoutSeconds = 600

/** Twice this and a window that is gone was not closed by the user: closing it leads back at once. */
export const cutOffMs = 1000
