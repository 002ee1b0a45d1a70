import type { Algorithm } from '../algorithms.ts'
import { isAlgorithm, keyNeedOf } from '../algorithms.ts'
import { describeKey } from '../diagnose/describe-key.ts'
import { JwtError } from '../errors.ts'
import { checkKeyPair } from '../keys/check-key-pair.ts'
import type { KeyWarning } from '../keys/import-key.ts'
import { importKey } from '../keys/import-key.ts'
import { importPublicKey } from '../keys/import-public-key.ts'
import type { Jwk } from '../keys/jwk.ts'
import { calculateThumbprint } from '../keys/thumbprint.ts'
import { misconfigured } from '../options.ts'
import { isRecord } from '../token/json.ts'
import type { Command, CommandContext, Outcome } from './command.ts'
import { line } from './command.ts'
import { isReadableByOthers, parseFile, readTextFile } from './files.ts'

type Material = string | Jwk

const readKeyFile = async (
  context: CommandContext,
  name: string,
): Promise<Material | undefined> => {
  const path = context.texts[name]
  if (path === undefined) return undefined
  const text = await readTextFile(context.process, path, `--${name}`)
  if (text.includes('-----BEGIN ')) return text
  const value = parseFile(text, `--${name}`)
  if (isRecord(value)) return value as Jwk
  throw misconfigured(`--${name} must hold a key in PEM, or as JWK.`)
}

/** Of a set the key of that name, or the only one. */
const chooseKey = (material: Material | undefined, kid: unknown): Material | undefined => {
  if (typeof material !== 'object' || !Array.isArray(material.keys)) return material
  const keys = material.keys.filter(isRecord) as unknown as readonly Jwk[]
  const chosen = keys.length === 1 ? keys[0] : keys.find((key) => key.kid === kid)
  if (chosen !== undefined) return chosen
  throw misconfigured('The set of --public holds no key with the kid of the private one.')
}

const chooseAlgorithm = (
  { texts }: CommandContext,
  keys: readonly (Material | undefined)[],
): Algorithm => {
  const named = keys.map((key) => (typeof key === 'object' ? key.alg : undefined))
  const alg = texts.alg ?? named.find((name) => name !== undefined)
  if (isAlgorithm(alg)) return alg
  throw misconfigured('--alg is required: the keys name no algorithm that this package knows.')
}

interface Verdict {
  readonly kind: 'match' | 'sound' | 'mismatch' | 'unsound'
  readonly which?: 'private' | 'public'
  readonly reason?: string
  /** Absent for a secret: of a short one it would let anybody check guesses. */
  readonly thumbprint?: string
  readonly description?: string
}

const describePublic = async (jwk: Jwk): Promise<Pick<Verdict, 'thumbprint' | 'description'>> => ({
  thumbprint: await calculateThumbprint(jwk),
  description: describeKey(jwk),
})

const judgeOne = async (
  material: Material,
  alg: Algorithm,
  which: 'private' | 'public',
  onWarning: (warning: KeyWarning) => void,
): Promise<Verdict> => {
  try {
    if (which === 'public') {
      const jwk = await importPublicKey(material, alg)
      return { kind: 'sound', which, ...(await describePublic(jwk)) }
    }
    const isNamed = typeof material === 'object' && material.kid !== undefined
    const isUnnamedSecret = keyNeedOf(alg).kty === 'oct' && !isNamed
    const options = isUnnamedSecret ? { onWarning, kid: 'unnamed' } : { onWarning }
    const { publicJwk } = await importKey(material, alg, options)
    if (publicJwk === undefined) return { kind: 'sound', which, description: 'oct (secret)' }
    return { kind: 'sound', which, ...(await describePublic(publicJwk)) }
  } catch (error) {
    if (error instanceof JwtError) return { kind: 'unsound', which, reason: error.message }
    throw error
  }
}

const judge = async (
  own: Material | undefined,
  other: Material | undefined,
  alg: Algorithm,
  onWarning: (warning: KeyWarning) => void,
): Promise<Verdict> => {
  if (own === undefined) return judgeOne(other ?? '', alg, 'public', onWarning)
  if (other === undefined) return judgeOne(own, alg, 'private', onWarning)
  const verdict = await checkKeyPair(own, other, alg)
  if (verdict.kind !== 'match') return verdict
  const { description = '' } = await judgeOne(other, alg, 'public', onWarning)
  return { ...verdict, description }
}

const sayVerdict = ({ kind, which, reason }: Verdict): string => {
  switch (kind) {
    case 'match':
      return 'The keys belong together, and both are sound.'
    case 'sound':
      return `The ${which} key is sound.`
    case 'mismatch':
      return 'Both keys are sound, but they do not belong together.'
    case 'unsound':
      return `The ${which} key is refused: ${reason}`
  }
}

const warnings: Readonly<Record<KeyWarning['code'], string>> = {
  secret_printable: 'Every octet of the secret is printable: is it a password, or undecoded text?',
  secret_repetitive: 'The secret has few different octets: no generator made it.',
}

const describe = (verdict: Verdict, alg: Algorithm, remarks: readonly string[]): Outcome => {
  const { kind, description, thumbprint } = verdict
  const isGood = kind === 'match' || kind === 'sound'
  return {
    exitCode: isGood ? 0 : 1,
    json: { ...verdict, alg, remarks },
    lines: [
      line(sayVerdict(verdict), isGood ? 'good' : 'bad'),
      line(`alg         ${alg}`),
      ...(description === undefined ? [] : [line(`key         ${description}`)]),
      ...(thumbprint === undefined ? [] : [line(`thumbprint  ${thumbprint}`)]),
      ...remarks.map((text) => line(text, 'warning')),
    ],
  }
}

/** Says whether keys are sound and belong together. */
export const keysCheck: Command = {
  words: 'keys check',
  summary: 'say whether keys are sound, and whether a private and a public one belong together',
  synopsis: '[--private FILE] [--public FILE] [--alg ALG] [--json]',
  argument: { refusal: 'keys check takes no argument: name the files by --private and --public.' },
  options: {
    private: { kind: 'text', value: 'FILE', help: 'private key (PEM, JWK) or secret (JWK)' },
    public: { kind: 'text', value: 'FILE', help: 'public key (PEM, JWK, or a key set)' },
    alg: { kind: 'text', value: 'ALG', help: 'algorithm (default: what the JWK names)' },
  },
  run: async (context) => {
    const own = await readKeyFile(context, 'private')
    const given = await readKeyFile(context, 'public')
    if (own === undefined && given === undefined) {
      throw misconfigured('keys check needs --private FILE, --public FILE or both.')
    }
    const other = chooseKey(given, typeof own === 'object' ? own.kid : undefined)
    const alg = chooseAlgorithm(context, [own, other])
    const remarks: string[] = []
    const path = context.texts.private
    if (path !== undefined && (await isReadableByOthers(context.process, path))) {
      remarks.push('Others on this machine may read the file of --private: chmod 600.')
    }
    const verdict = await judge(own, other, alg, ({ code }) => remarks.push(warnings[code]))
    return describe(verdict, alg, remarks)
  },
}
