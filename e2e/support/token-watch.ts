/** Remembers every token that passed between provider and BFF. */
export interface TokenWatch {
  /** Access, refresh and ID tokens, in the order they were issued. */
  readonly all: readonly string[]
  watch(real: typeof fetch): typeof fetch
  /** The first token found in `text`, by kind; `undefined` when it is clean. */
  findIn(text: string): string | undefined
}

const kinds = ['access_token', 'refresh_token', 'id_token'] as const

export const createTokenWatch = (): TokenWatch => {
  const found = new Map<string, (typeof kinds)[number]>()
  return {
    get all() {
      return [...found.keys()]
    },
    watch: (real) => async (input, init) => {
      const response = await real(input, init)
      const text = await response.clone().text()
      for (const kind of kinds) {
        const [, token] = new RegExp(`"${kind}"\\s*:\\s*"([^"]+)"`).exec(text) ?? []
        if (token !== undefined) found.set(token, kind)
      }
      return response
    },
    findIn: (text) => {
      for (const [token, kind] of found) {
        // The signature alone would be enough to recognise a token by.
        const tail = token.split('.').at(-1) ?? token
        if (text.includes(token) || (tail.length > 20 && text.includes(tail))) return kind
      }
      return undefined
    },
  }
}
