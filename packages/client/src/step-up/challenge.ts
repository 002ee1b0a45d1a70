/** What an API asks of the login (RFC 9470, section 3). */
export interface StepUpChallenge {
  /** Authentication context classes, any of which will do, separated by blanks. */
  readonly acrValues?: string
  /** Longest time since the user authenticated, in seconds. */
  readonly maxAge?: number
}

const parameter = (header: string, name: string): string | undefined => {
  const [, quoted, plain] =
    new RegExp(`[ ,]${name} *= *(?:"((?:[^"\\\\]|\\\\.)*)"|([^",\\s]+))`, 'i').exec(header) ?? []
  return quoted?.replace(/\\(.)/g, '$1') ?? plain
}

/**
 * Reads the challenge of an answer; `undefined` where it is none. An API of another origin must
 * list `WWW-Authenticate` in `Access-Control-Expose-Headers`, or the browser hides it.
 */
export const readChallenge = ({ status, headers }: Response): StepUpChallenge | undefined => {
  const header = ` ${headers.get('www-authenticate') ?? ''}`
  if (status !== 401 || parameter(header, 'error') !== 'insufficient_user_authentication') {
    return undefined
  }
  const acrValues = parameter(header, 'acr_values')
  const age = parameter(header, 'max_age')
  const maxAge = age && /^\d{1,9}$/.test(age) ? Number(age) : undefined
  return {
    ...(acrValues !== undefined && { acrValues }),
    ...(maxAge !== undefined && { maxAge }),
  }
}
