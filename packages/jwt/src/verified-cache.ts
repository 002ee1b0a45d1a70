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

/**
 * Keeps verified tokens in two generations: what was used since the last change of generation,
 * and what was used before it. When the younger is full the older is dropped whole, so that a hit
 * costs one look-up and no bookkeeping. Only verified tokens get in, so nobody can fill it with
 * inventions; another spelling of a signature is another entry and must pass every check itself.
 */
export const createVerifiedCache = <Kept>(limits: CacheLimits): VerifiedCache<Kept> => {
  const maximumEntries = Math.floor(limits.maximumEntries / 2)
  const maximumCharacters = Math.floor(limits.maximumCharacters / 2)
  let young = new Map<string, Kept>()
  let old = new Map<string, Kept>()
  let characters = 0

  const set = (token: string, kept: Kept): void => {
    if (token.length > maximumCharacters) return
    if (young.size >= maximumEntries || characters + token.length > maximumCharacters) {
      old = young
      young = new Map()
      characters = 0
    }
    if (!young.has(token)) characters += token.length
    young.set(token, kept)
  }

  return {
    set,
    get: (token) => {
      const kept = young.get(token)
      if (kept !== undefined) return kept
      const older = old.get(token)
      if (older === undefined) return undefined
      old.delete(token)
      set(token, older)
      return older
    },
    drop: (token) => {
      if (young.delete(token)) characters -= token.length
      old.delete(token)
    },
  }
}
