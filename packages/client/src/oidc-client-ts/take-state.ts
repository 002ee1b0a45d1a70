/** Where this tab keeps what an app sent along with a login. */
const key = 'coatcheck:state'

/** Takes it, and it is gone; nothing where there is no storage, or nothing of ours in it. */
export const takeState = (): unknown => {
  try {
    const kept = JSON.parse(sessionStorage[key])
    delete sessionStorage[key]
    return kept
  } catch {
    return undefined
  }
}
