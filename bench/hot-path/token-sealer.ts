import { createSealer } from '../../packages/bff/src/sealing/create-sealer.ts'
import { placeOfTokens, type TokenSet } from '../../packages/bff/src/sessions/token-set.ts'

/** Opens and seals token sets as the BFF does. */
export interface TokenSealer {
  open(sealed: string, sid: string): TokenSet
  seal(tokens: TokenSet, sid: string): string
}

export const createTokenSealer = (sealingKey: string): TokenSealer => {
  const sealer = createSealer({
    keys: [sealingKey],
    purpose: 'token set',
    randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
  })
  return {
    open: (sealed, sid) => {
      const text = sealer.open(sealed, placeOfTokens(sid))
      if (text === undefined) throw new Error('The sealing key does not open the session.')
      return JSON.parse(text)
    },
    seal: (tokens, sid) => sealer.seal(JSON.stringify(tokens), placeOfTokens(sid)),
  }
}
