/** Verified tokens by their text; made by {@link createVerifiedCache}. */
export interface VerifiedCache<Kept> {
  get(token: string): Kept | undefined
  set(token: string, kept: Kept): void
  drop(token: string): void
}

/** Bounds of a cache. */
export interface CacheLimits {
  readonly maximumEntries: number
  /** Of all token texts together. */
  readonly maximumCharacters: number
}

interface Entry<Kept> {
  readonly token: string
  readonly kept: Kept
}

/**
 * Where to look: the last 144 bits of the signature, which nobody can choose and a guesser cannot
 * meet. A map hashes what it is asked for, and hashing a whole token takes longer than the rest.
 */
const tailOf = (token: string): string => token.slice(-24)

/**
 * Keeps verified tokens in two generations: what was used since the last change of generation,
 * and what was used before it. When the younger is full the older is dropped whole, so that a hit
 * costs one look-up and no bookkeeping. Only verified tokens get in, so nobody can fill it with
 * inventions. An entry is found by the end of its text and then compared as a whole: another
 * spelling, or another content under a signature that was seen, must pass every check itself.
 */
export const createVerifiedCache = <Kept>(limits: CacheLimits): VerifiedCache<Kept> => {
  const maximumEntries = Math.floor(limits.maximumEntries / 2)
  const maximumCharacters = Math.floor(limits.maximumCharacters / 2)
  let young = new Map<string, Entry<Kept>>()
  let old = new Map<string, Entry<Kept>>()
  let characters = 0

  const insert = (tail: string, entry: Entry<Kept>): void => {
    const { length } = entry.token
    if (length > maximumCharacters) return
    if (young.size >= maximumEntries || characters + length > maximumCharacters) {
      old = young
      young = new Map()
      characters = 0
    }
    characters += length - (young.get(tail)?.token.length ?? 0)
    young.set(tail, entry)
  }

  const get = (token: string): Kept | undefined => {
    // Whatever a caller passes is looked at by the verifier, not here.
    if (typeof token !== 'string') return undefined
    const tail = tailOf(token)
    const entry = young.get(tail)
    if (entry?.token === token) return entry.kept
    const older = old.get(tail)
    if (older?.token !== token) return undefined
    old.delete(tail)
    insert(tail, older)
    return older.kept
  }

  return {
    get,
    set: (token, kept) => insert(tailOf(token), { token, kept }),
    drop: (token) => {
      const tail = tailOf(token)
      if (young.get(tail)?.token === token) {
        young.delete(tail)
        characters -= token.length
      }
      if (old.get(tail)?.token === token) old.delete(tail)
    },
  }
}
