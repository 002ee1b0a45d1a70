import type { UserClaims } from '@coatcheck/wire'
import type { AuthClient } from '../create-auth-client.ts'
import { kitOf } from '../kit.ts'
import { createPanel } from './create-panel.ts'

/** Corner of the window. */
export type DevtoolsPosition = 'bottom-right' | 'bottom-left' | 'top-right' | 'top-left'

/** Options of `mountDevtools`. */
export interface DevtoolsOptions {
  /** Where the element is put. Default `document.body`. */
  readonly target?: Element
  /** Corner of the window the panel stands in. Default `bottom-right`. */
  readonly position?: DevtoolsPosition
  /** Wall clock, epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number
  /** Numbers from 0 to 1, to tell tabs apart. Default `Math.random`. */
  readonly random?: () => number
}

/** A panel that stands. */
export interface MountedDevtools {
  /** Removes the panel and ends what it listens to. */
  readonly unmount: () => void
}

const elementName = 'coatcheck-devtools'

/** The element is a name to find and a shadow to live in; without a class where there is no page. */
const createElement = (): HTMLElement => {
  if (!customElements.get(elementName)) {
    customElements.define(elementName, class extends HTMLElement {})
  }
  return document.createElement(elementName)
}

/**
 * Puts a panel into the page that shows what the client does: state, lives of session and tokens,
 * what happened, the reason of the last logout, open tabs. It shows no token and no claim. For
 * development: import it where production builds drop it.
 *
 * @example
 * ```ts
 * if (import.meta.env.DEV) {
 *   const { mountDevtools } = await import('@coatcheck/client/devtools')
 *   mountDevtools(auth)
 * }
 * ```
 *
 * @throws AuthError `invalid_options` when the client was not made by `createAuthClient`
 */
export const mountDevtools = <Claims extends object = UserClaims>(
  client: AuthClient<Claims>,
  {
    target = document.body,
    position = 'bottom-right',
    now = Date.now,
    random = Math.random,
  }: DevtoolsOptions = {},
): MountedDevtools => {
  const { lifetime } = kitOf(client)
  const element = createElement()
  element.setAttribute('position', position)
  const stop = createPanel(element.attachShadow({ mode: 'open' }), client, { now, random })
  target.append(element)
  let isThere = true
  const unmount = (): void => {
    if (!isThere) return
    isThere = false
    lifetime.removeEventListener('abort', unmount)
    stop()
    element.remove()
  }
  lifetime.addEventListener('abort', unmount)
  return { unmount }
}
