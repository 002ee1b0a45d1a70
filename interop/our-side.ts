import { createHmac } from 'node:crypto'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JwtError, KeyRing, Signer, SigningKey } from '@coatcheck/jwt'
import {
  createKeyRing,
  createSigner,
  createVerifier,
  exportPrivateJwk,
  exportPublicPem,
  generateKey,
  importPublicKey,
} from '@coatcheck/jwt'
import { publishKeys } from '@coatcheck/jwt/koa'
import Koa from 'koa'
import type { Answer, InteropAlgorithm, Peer, Question, TokenToJudge } from './question.ts'

const issuer = 'https://issuer.example'
const audience = 'https://orders.example'
const another = 'https://elsewhere.example'
const subject = { subject: 'user-42', clientId: 'web', scope: 'orders:read' }

/** One algorithm of ours: keys, and how to sign with them. */
interface Own {
  readonly alg: InteropAlgorithm
  readonly source: { readonly keyRing: KeyRing } | { readonly key: SigningKey }
  readonly key: SigningKey
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const makeOwn = async (alg: InteropAlgorithm): Promise<Own> => {
  if (alg === 'HS256') {
    const key = await generateKey(alg, { kid: alg, export: 'allowed' })
    return { alg, key, source: { key } }
  }
  const keyRing = createKeyRing({ algorithm: alg })
  return { alg, key: await keyRing.current(), source: { keyRing } }
}

const signerOf = ({ source }: Own, changes: Partial<Parameters<typeof createSigner>[0]> = {}) =>
  createSigner({ issuer, audience, ...source, ...changes } as Parameters<typeof createSigner>[0])

const makeTokens = async (own: Own): Promise<readonly TokenToJudge[]> => {
  const sign = (signer: Signer) => signer.sign(subject)
  const good = await sign(signerOf(own))
  const [, payload = '', signature = ''] = good.split('.')
  const { alg, key } = own
  const header = { alg: 'none', typ: 'at+jwt', kid: key.kid }
  const changed = encode({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), sub: 'me' })
  const tokens: Record<string, string> = {
    good,
    'wrong aud': await sign(signerOf(own, { audience: another })),
    'wrong iss': await sign(signerOf(own, { issuer: another })),
    expired: await sign(signerOf(own, { now: () => Date.now() - 3_600_000 })),
    'alg none': `${encode(header)}.${payload}.`,
    'bound to a key': await signerOf(own).sign({ ...subject, jkt: 'a'.repeat(43) }),
    'claims changed': `${good.split('.')[0]}.${changed}.${signature}`,
  }
  if (alg !== 'HS256') {
    // The public key as a secret: the oldest trick against verifiers that believe the header.
    const forged = `${encode({ ...header, alg: 'HS256' })}.${payload}`
    const mac = createHmac('sha256', await exportPublicPem(key)).update(forged)
    tokens['key confusion'] = `${forged}.${mac.digest('base64url')}`
  }
  return Object.entries(tokens).map(([name, token]) => ({ id: `${alg} ${name}`, alg, token }))
}

/** What the peer is to sign: the same claims as ours, and the hostile few. */
const makeOrders = (alg: InteropAlgorithm): Question['orders'] => {
  const iat = Math.floor(Date.now() / 1000)
  const claims = {
    iss: issuer,
    sub: 'user-42',
    aud: audience,
    iat,
    exp: iat + 600,
    jti: `interop-${alg}`,
    client_id: 'web',
  }
  const header = { alg, typ: 'at+jwt' } as const
  const order = { alg, header, claims }
  return [
    { ...order, id: `${alg} good` },
    { ...order, id: `${alg} wrong aud`, claims: { ...claims, aud: another } },
    { ...order, id: `${alg} wrong iss`, claims: { ...claims, iss: another } },
    { ...order, id: `${alg} expired`, claims: { ...claims, iat: iat - 3600, exp: iat - 60 } },
    { ...order, id: `${alg} another typ`, header: { ...header, typ: 'JWT' } },
    { ...order, id: `${alg} alg none`, header: { ...header, alg: 'none' } },
  ]
}

const listen = (app: Koa): Promise<Server> =>
  new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () => resolve(server))
  })

/** Our keys and tokens, and a server that publishes the keys. */
export interface OurSide {
  /** What to ask a peer that knows these algorithms. */
  questionFor(peer: Peer): Question
  /** `accepted` or the code of our refusal, for each token the peer made. */
  judge(peer: Peer, answer: Answer): Promise<Readonly<Record<string, string>>>
  close(): Promise<void>
}

/** Makes keys of every algorithm and publishes them on this machine. */
export const createOurSide = async (algorithms: readonly InteropAlgorithm[]): Promise<OurSide> => {
  const all = await Promise.all(algorithms.map(makeOwn))
  const app = new Koa()
  const publicPems: Record<string, string> = {}
  let secret = ''
  for (const { alg, source, key } of all) {
    if ('keyRing' in source) {
      app.use(publishKeys({ keyRing: source.keyRing, path: `/${alg}/jwks.json` }))
      publicPems[key.kid] = await exportPublicPem(key)
    } else {
      secret = String((await exportPrivateJwk(key)).k)
    }
  }
  const tokens = (await Promise.all(all.map(makeTokens))).flat()
  const server = await listen(app)
  const { port } = server.address() as AddressInfo

  const keysOf = async (alg: InteropAlgorithm, { publicPems: theirs }: Answer) =>
    alg === 'HS256'
      ? (all.find((own) => own.alg === alg) as Own).key
      : importPublicKey(theirs[alg] ?? '', alg, { kid: alg })

  return {
    questionFor: (peer) => ({
      issuer,
      audience,
      jwksBase: `http://127.0.0.1:${port}`,
      publicPems,
      secret,
      algorithms: peer.algorithms,
      tokens: tokens.filter(({ alg }) => peer.algorithms.includes(alg)),
      orders: peer.algorithms.flatMap(makeOrders),
    }),

    judge: async (peer, answer) => {
      const verdicts: Record<string, string> = {}
      for (const alg of peer.algorithms) {
        const keys = await keysOf(alg, answer)
        const verifier = createVerifier({ issuer, audience, algorithms: [alg], keys })
        for (const { id } of makeOrders(alg)) {
          verdicts[id] = await verifier.verify(answer.tokens[id] ?? '').then(
            () => 'accepted',
            (error: JwtError) => error.code,
          )
        }
      }
      return verdicts
    },

    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
