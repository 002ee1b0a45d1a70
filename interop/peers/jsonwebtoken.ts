import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import jwt from 'jsonwebtoken'
import type { Answer, InteropAlgorithm, Peer, Question, TokenToJudge } from '../question.ts'
import { readVersion } from './read-version.ts'
import { verifyWithJsonwebtoken } from './verify-with-jsonwebtoken.ts'

const algorithms = ['RS256', 'PS256', 'ES256', 'HS256'] as const

const makePair = (alg: InteropAlgorithm) =>
  alg === 'ES256'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 2048 })

const kidOf = (token: string): string => jwt.decode(token, { complete: true })?.header.kid ?? ''

const judge = ({ issuer, audience, publicPems }: Question, secret: Buffer, test: TokenToJudge) => {
  const key = test.alg === 'HS256' ? secret : (publicPems[kidOf(test.token)] ?? '')
  const algorithm = test.alg as jwt.Algorithm
  try {
    verifyWithJsonwebtoken(test.token, key, { issuer, audience, algorithm })
    return 'accepted'
  } catch (error) {
    return String(error)
  }
}

const ask = async (question: Question): Promise<Answer> => {
  const secret = Buffer.from(question.secret, 'base64url')
  const pairs = algorithms
    .filter((alg) => alg !== 'HS256')
    .map((alg) => [alg, makePair(alg)] as const)
  const keys = new Map<string, KeyObject | Buffer>([
    ['HS256', secret],
    ...pairs.map(([alg, { privateKey }]) => [alg, privateKey] as const),
  ])
  const sign = ({ alg, header, claims }: Question['orders'][number]): string =>
    jwt.sign(claims, header.alg === 'none' ? '' : (keys.get(alg) as KeyObject), {
      algorithm: header.alg as jwt.Algorithm,
      header: { ...header, kid: alg },
    })
  return {
    verdicts: Object.fromEntries(
      question.tokens.map((test) => [test.id, judge(question, secret, test)]),
    ),
    tokens: Object.fromEntries(question.orders.map((order) => [order.id, sign(order)])),
    publicPems: Object.fromEntries(
      pairs.map(([alg, { publicKey }]) => [
        alg,
        publicKey.export({ format: 'pem', type: 'spki' }) as string,
      ]),
    ),
  }
}

/** jsonwebtoken, which knows no EdDSA. */
export const findJsonwebtoken = (): Peer => ({
  name: `jsonwebtoken ${readVersion('jsonwebtoken')}`,
  algorithms,
  ask,
})
