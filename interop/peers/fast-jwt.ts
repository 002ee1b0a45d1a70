import type { KeyPairKeyObjectResult } from 'node:crypto'
import { generateKeyPairSync } from 'node:crypto'
import { createSigner } from 'fast-jwt'
import type { Answer, InteropAlgorithm, Peer, Question, TokenToJudge } from '../question.ts'
import { readVersion } from './read-version.ts'
import { createFastVerifier } from './verify-with-fast-jwt.ts'

const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256'] as const

interface PemPair {
  readonly publicKey: string
  readonly privateKey: string
}

const makeKeys = (alg: InteropAlgorithm): KeyPairKeyObjectResult => {
  if (alg === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' })
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519')
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

const makePair = (alg: InteropAlgorithm): PemPair => {
  const { publicKey, privateKey } = makeKeys(alg)
  return {
    publicKey: publicKey.export({ format: 'pem', type: 'spki' }) as string,
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
  }
}

const judge = async (question: Question, secret: Buffer, { alg, token }: TokenToJudge) => {
  const { issuer, audience, publicPems } = question
  const findPublicPem = async (kid: string) => (alg === 'HS256' ? secret : (publicPems[kid] ?? ''))
  try {
    await createFastVerifier({ issuer, audience, algorithm: alg, findPublicPem })(token)
    return 'accepted'
  } catch (error) {
    return String(error)
  }
}

const ask = async (question: Question): Promise<Answer> => {
  const secret = Buffer.from(question.secret, 'base64url')
  const pairs = new Map<string, PemPair>()
  for (const alg of algorithms) if (alg !== 'HS256') pairs.set(alg, makePair(alg))
  const sign = ({ alg, header, claims }: Question['orders'][number]): string => {
    const key = pairs.get(alg)?.privateKey ?? secret
    const options = { algorithm: header.alg, kid: alg, header: { ...header } }
    return createSigner(header.alg === 'none' ? options : { ...options, key })(claims)
  }
  const judged = question.tokens.map(
    async (test) => [test.id, await judge(question, secret, test)] as const,
  )
  return {
    verdicts: Object.fromEntries(await Promise.all(judged)),
    tokens: Object.fromEntries(question.orders.map((order) => [order.id, sign(order)])),
    publicPems: Object.fromEntries([...pairs].map(([alg, { publicKey }]) => [alg, publicKey])),
  }
}

/** fast-jwt. */
export const findFastJwt = (): Peer => ({
  name: `fast-jwt ${readVersion('fast-jwt')}`,
  algorithms,
  ask,
})
