/** How often an open panel counts down. */
export const tickMs = 1000

/** How often the tabs are counted anew, so that one that crashed is forgotten. */
export const countTabsMs = 5000

/** Entries of the timeline that are shown; the copied report has all of them. */
export const shownEntries = 20
