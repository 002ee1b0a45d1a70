import type { StepUpChallenge } from '../step-up/challenge.ts'

/** What most providers issue; short enough that a test sees a renewal after `advance(300_000)`. */
export const defaultTokenLifeSeconds = 300

/** The BFF's own defaults, so that a test meets the limits its users meet. */
export const defaultIdleSeconds = 28_800
export const defaultAbsoluteSeconds = 1_209_600

/** Below the two minutes in which the client reports `sessionExpiring`. */
export const defaultExpiringSeconds = 60

/** An API that refuses everything is given two renewals a minute, as by the BFF. */
export const rejectedRenewalsPerMinute = 2

/** A token with less life than this is not handed out, as by the BFF. */
export const hardWindowSeconds = 10

/** As many bytes of a body as the BFF reads. */
export const bodyBytes = 8192

/** Longer than the pause after which a client that failed looks again. */
export const onlineAfterMs = 1000

/** A class no provider has, so that nobody takes the fake's demand for a real one. */
export const defaultStepUp: StepUpChallenge = { acrValues: 'urn:fake:strong' }
