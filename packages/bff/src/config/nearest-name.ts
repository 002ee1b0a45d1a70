import leven from 'leven'

/** The name that was probably meant. */
export const nearestName = (name: string, names: readonly string[]): string => {
  const distance = (other: string) => {
    const [a, b] = [name.toLowerCase(), other.toLowerCase()]
    return a.includes(b) || b.includes(a) ? 0 : leven(a, b)
  }
  return [...names].sort((a, b) => distance(a) - distance(b))[0] ?? ''
}

/** Whether one name is a slip of the pen away from the other. */
export const isMisspelling = (name: string, other: string): boolean => leven(name, other) <= 3

/** A name as it may be shown: what looks like no name could be a secret in the wrong place. */
export const showName = (name: string): string =>
  /^[\w.-]{1,40}$/.test(name) ? name : `(a name of ${name.length} characters)`
