const key = 'coatcheck:state'

/** What an app sends along with a login, to find it in the user afterwards. */
export interface LoginState {
  readonly state?: unknown
  readonly url_state?: string | undefined
}

/** Takes what was kept in this tab, which is thereby gone. */
export const takeLoginState = (): LoginState => {
  try {
    const kept = JSON.parse(`${sessionStorage.getItem(key)}`) as LoginState | null
    sessionStorage.removeItem(key)
    return kept ?? {}
  } catch {
    // No storage, or what is there is not ours.
    return {}
  }
}

/** Keeps it in this tab on the way to the provider and back; without storage it is lost. */
export const keepLoginState = ({ state, url_state }: LoginState): void => {
  try {
    sessionStorage.setItem(key, JSON.stringify({ state, url_state }))
  } catch {
    // Refused or full.
  }
}
