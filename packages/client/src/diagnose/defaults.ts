/** Some hours of renewals; enough to see what led to a logout. */
export const maximumTimelineEntries = 100
