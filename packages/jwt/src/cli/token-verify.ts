import type { Algorithm } from '../algorithms.ts'
import { explainRefusal } from '../diagnose/explain-refusal.ts'
import { readTimes } from '../diagnose/token-times.ts'
import { JwtError } from '../errors.ts'
import type { VerificationKeys } from '../keys/key-source.ts'
import { misconfigured } from '../options.ts'
import type { OptionalClaim } from '../token/claims.ts'
import type { TypRule } from '../token/header.ts'
import { isRecord } from '../token/json.ts'
import type { VerifiedToken, Verifier } from '../verifier.ts'
import { createVerifier } from '../verifier.ts'
import type { Command, CommandContext, Outcome } from './command.ts'
import { jsonLines, line } from './command.ts'
import { timeLines } from './describe.ts'
import { parseFile } from './files.ts'
import { isUrl, readKeySetText } from './key-set-input.ts'
import { readNumberOption, requireList, requireText } from './read-options.ts'
import { argumentRefusal, readToken } from './token-input.ts'

const readKeys = async (context: CommandContext): Promise<VerificationKeys> => {
  const place = requireText(context, 'jwks')
  const keys = parseFile(await readKeySetText(context.process, place, '--jwks'), '--jwks')
  // A lone key may be a secret, and a secret never comes from the network.
  if (isRecord(keys) && (Array.isArray(keys.keys) || !isUrl(place))) {
    return keys as unknown as VerificationKeys
  }
  throw misconfigured('--jwks must lead to a JWK Set; a file may also hold one JWK.')
}

const readTyp = (typ: readonly string[]): TypRule =>
  typ.length === 1 && typ[0] === 'any' ? 'any' : typ

const makeVerifier = async (context: CommandContext): Promise<Verifier> => {
  const { lists, process } = context
  const leewaySeconds = readNumberOption(context, 'leeway')
  const maximumLifetimeSeconds = readNumberOption(context, 'maximum-lifetime')
  const { typ, 'optional-claims': optionalClaims, 'client-ids': clientIds } = lists
  const named = {
    issuer: requireText(context, 'issuer'),
    audience: requireList(context, 'audience'),
    algorithms: requireList(context, 'algorithms') as readonly Algorithm[],
  }
  return createVerifier({
    ...named,
    keys: await readKeys(context),
    ...(typ && { typ: readTyp(typ) }),
    ...(optionalClaims && { optionalClaims: optionalClaims as readonly OptionalClaim[] }),
    ...(clientIds && { clientIds }),
    ...(leewaySeconds !== undefined && { leewaySeconds }),
    ...(maximumLifetimeSeconds !== undefined && { maximumLifetimeSeconds }),
    cache: 'off',
    now: process.terminal.now,
  })
}

const describeVerified = ({ header, claims }: VerifiedToken, nowSeconds: number): Outcome => {
  const times = readTimes(claims, nowSeconds)
  return {
    exitCode: 0,
    json: { verified: true, header, claims, times },
    lines: [
      line('VERIFIED', 'good'),
      line(''),
      line('Claims', 'title'),
      ...jsonLines(claims),
      line(''),
      line('Times', 'title'),
      ...timeLines(times),
    ],
  }
}

const describeRefused = (error: JwtError): Outcome => {
  const { code, claim, message } = error
  const { meaning, advice } = explainRefusal(error)
  return {
    exitCode: 1,
    json: { verified: false, code, ...(claim && { claim }), message, meaning, advice },
    lines: [
      line(`NOT VERIFIED: ${code}`, 'bad'),
      line(message),
      line(''),
      line(meaning),
      ...advice.map((text) => line(`- ${text}`)),
    ],
  }
}

/** Verifies a token with the rules of an API, and says how to mend what is refused. */
export const tokenVerify: Command = {
  words: 'token verify',
  summary: 'verify a token from standard input as an API would, and say how to mend a refusal',
  synopsis:
    '--issuer ISS --audience AUD --algorithms ALG --jwks URL|FILE [--typ TYP] [--json] < FILE',
  argument: { refusal: argumentRefusal },
  options: {
    issuer: { kind: 'text', value: 'ISS', help: 'exact iss of the tokens (required)' },
    audience: { kind: 'list', value: 'AUD', help: "the API's own identifiers (required)" },
    algorithms: { kind: 'list', value: 'ALG', help: 'such as RS256 (required, no default)' },
    jwks: {
      kind: 'text',
      value: 'URL|FILE',
      help: "the issuer's key set, or one JWK; a secret from a file only (required)",
    },
    typ: { kind: 'list', value: 'TYP', help: 'kinds of token taken, or any (default at+jwt)' },
    'optional-claims': {
      kind: 'list',
      value: 'CLAIM',
      help: 'client_id, jti: claims the issuer leaves out',
    },
    'client-ids': {
      kind: 'list',
      value: 'ID',
      help: 'clients whose tokens need no aud',
    },
    leeway: { kind: 'text', value: 'SECONDS', help: 'clock difference forgiven (default 5)' },
    'maximum-lifetime': {
      kind: 'text',
      value: 'SECONDS',
      help: 'longest life of a token (default 86400)',
    },
  },
  run: async (context) => {
    const verifier = await makeVerifier(context)
    const token = await readToken(context.process)
    try {
      return describeVerified(await verifier.verify(token), context.process.terminal.now() / 1000)
    } catch (error) {
      if (error instanceof JwtError) return describeRefused(error)
      throw error
    }
  },
}
