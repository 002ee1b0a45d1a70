import type { LoginOutcome } from './problem.ts'

/** Before the base path of the BFF it is the name of the channel all pages of the app share. */
export const channelPrefix = 'coatcheck:'

/**
 * What the landing page of a login by popup tells the pages of the app, on the channel they share.
 * A hint and no more: any script of the origin may send it, and the BFF is asked what is true.
 */
export interface PopupMessage {
  /** Name of the popup's window; empty where the provider's page took it away. */
  readonly popup: string
  /** How the login failed. */
  readonly code?: LoginOutcome
  /** There after a login: no session has this name, so every page asks which one there is. */
  readonly sid?: 'popup'
}
