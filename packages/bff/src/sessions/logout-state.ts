import type { BffContext } from '../bff-context.ts'
import { defaults } from '../defaults.ts'

interface LogoutState {
  /** Path, query and fragment. */
  readonly path: string
  /** Epoch milliseconds. */
  readonly at: number
}

type Deps = Pick<BffContext, 'options' | 'logoutSealer'>

const place = 'logout state'

/** The `state` of a logout at the provider: sealed, so that only what we wrote brings a user back. */
export const sealLogoutState = ({ options, logoutSealer }: Deps, returnTo: string): string => {
  const state: LogoutState = { path: returnTo.slice(options.origin.length), at: options.now() }
  return logoutSealer.seal(JSON.stringify(state), place)
}

/** Where to return to; `undefined` for a state that is not ours or too old. */
export const openLogoutState = (
  { options, logoutSealer }: Deps,
  sealed: string,
): string | undefined => {
  const text = logoutSealer.open(sealed, place)
  if (text === undefined) return undefined
  const { path, at } = JSON.parse(text) as LogoutState
  const isFresh = options.now() - at < defaults.transactionSeconds * 1000
  return isFresh ? options.origin + path : undefined
}
