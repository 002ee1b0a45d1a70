import { generateKeyPair, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import type { JWK } from 'oidc-provider'

const generate = promisify(generateKeyPair)

/** One key for each algorithm, made at every start: nothing signed by them outlives the process. */
export const createSigningKeys = async (): Promise<readonly JWK[]> => {
  const [rsa, ec] = await Promise.all([
    generate('rsa', { modulusLength: 2048 }),
    generate('ec', { namedCurve: 'P-256' }),
  ])
  const describe = (alg: string) => ({ alg, use: 'sig', kid: `${alg}-${randomUUID()}` })
  return [
    { ...(rsa.privateKey.export({ format: 'jwk' }) as JWK), ...describe('RS256') },
    { ...(ec.privateKey.export({ format: 'jwk' }) as JWK), ...describe('ES256') },
  ]
}
