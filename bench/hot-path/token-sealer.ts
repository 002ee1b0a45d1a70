import { createSealer, type Sealer } from '../../packages/bff/src/sealing/create-sealer.ts'

/** Opens and seals tokens as the BFF does. */
export const createTokenSealer = (sealingKey: string): Sealer =>
  createSealer({
    keys: [sealingKey],
    purpose: 'token set',
    randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
  })
