import { exportPrivateJwk } from '../keys/export-key.ts'
import { generateKey } from '../keys/generate-key.ts'
import { misconfigured } from '../options.ts'
import type { Command } from './command.ts'
import { jsonLines, line } from './command.ts'
import { writeSecretFile } from './files.ts'
import { requireAlgorithmOf } from './read-options.ts'

/** Generates a secret for HMAC, as long as the hash. */
export const secretGenerate: Command = {
  words: 'secret generate',
  summary: 'generate a secret for HMAC, as a JWK or as bare base64url',
  synopsis: '[--alg HS256] [--kid KID] [--format jwk|base64url] [--out FILE] [--json]',
  argument: { refusal: 'secret generate takes no argument.' },
  options: {
    alg: { kind: 'text', value: 'ALG', help: 'HS256, HS384 or HS512 (default HS256)' },
    kid: { kind: 'text', value: 'KID', help: 'name of the secret (default 128 random bits)' },
    format: { kind: 'text', value: 'FORMAT', help: 'jwk or base64url (default jwk)' },
    out: { kind: 'text', value: 'FILE', help: 'new file for it, readable by you alone' },
  },
  run: async ({ process, texts }) => {
    const { kid, out, format = 'jwk' } = texts
    const alg = requireAlgorithmOf(texts.alg ?? 'HS256', 'secret')
    if (format !== 'jwk' && format !== 'base64url') {
      throw misconfigured('--format must be jwk or base64url.')
    }
    const key = await generateKey(alg, { export: 'allowed', ...(kid !== undefined && { kid }) })
    const jwk = await exportPrivateJwk(key)
    const json = format === 'jwk' ? jwk : { k: jwk.k }
    const lines = format === 'jwk' ? jsonLines(jwk) : [line(String(jwk.k))]
    if (out === undefined) {
      const remarks = ['It is secret: keep it out of repositories, logs and chats.']
      return { exitCode: 0, json, lines, remarks }
    }
    await writeSecretFile(process, out, `${lines.map(({ text }) => text).join('\n')}\n`)
    const remarks = ['The secret is in the file of --out.']
    return { exitCode: 0, json: { kid: jwk.kid, alg }, lines: [], remarks }
  },
}
