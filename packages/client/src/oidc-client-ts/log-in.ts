import type { Kit } from '../kit.ts'
import { followPopup } from '../popup/follow-popup.ts'
import type { CallArguments } from './settings.ts'

/** What a login asks for. The address of a login has the same names. */
const toAddress = (kit: Kit, given: CallArguments, more: object): string => {
  const { prompt, login_hint, max_age, ui_locales, acr_values } = given
  return kit.loginAddress({
    prompt,
    login_hint,
    max_age,
    ui_locales,
    acr_values,
    ...more,
  } as object)
}

/** Leaves for the login; what the app sends along waits in this tab. Loaded when it is needed. */
export const logInByRedirect = (
  kit: Kit,
  given: CallArguments,
  returnTo: string | undefined,
): void => {
  try {
    sessionStorage['coatcheck:state'] = JSON.stringify(given.state)
  } catch {
    // Refused or full: the state is lost.
  }
  location.assign(toAddress(kit, given, { returnTo }))
}

/** Sends a window, opened empty in the click, to the login, and waits for it. */
export const logInByPopup = async (
  kit: Kit,
  given: CallArguments,
  popup: Window | null,
  refuse: (code: string) => Error,
): Promise<void> => {
  const name = `coatcheck ${performance.timeOrigin}`
  if (popup) {
    popup.name = name
    popup.location.href = toAddress(kit, given, { returnTo: '/', display: 'popup' })
  }
  await followPopup(kit, [popup, name], { signal: given.popupSignal }, refuse)
}
