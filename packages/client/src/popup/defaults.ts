/** As long as the BFF remembers a login in progress. */
export const defaultTimeoutSeconds = 600

/** Wide enough for the login pages of the usual providers, small enough to be seen as a popup. */
export const defaultWindowFeatures = 'popup,width=480,height=700'

/** Twice this and a window that is gone was not closed by the user: closing it leads back at once. */
export const cutOffMs = 1000
