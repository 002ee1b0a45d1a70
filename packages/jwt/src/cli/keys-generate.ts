import { exportPrivateJwk } from '../keys/export-key.ts'
import { generateKey } from '../keys/generate-key.ts'
import type { Command } from './command.ts'
import { jsonLines } from './command.ts'
import { writeSecretFile } from './files.ts'
import { readNumberOption, requireAlgorithmOf, requireText } from './read-options.ts'

/** Generates a key pair: the private JWK for the signer, the key set to publish. */
export const keysGenerate: Command = {
  words: 'keys generate',
  summary: 'generate a key pair: a private JWK, and the public key set to publish',
  synopsis: '--alg ALG [--kid KID] [--bits BITS] [--out FILE] [--json]',
  argument: { refusal: 'keys generate takes no argument.' },
  options: {
    alg: { kind: 'text', value: 'ALG', help: 'such as ES256, EdDSA or RS256 (required)' },
    kid: { kind: 'text', value: 'KID', help: 'name of the key (default its RFC 7638 thumbprint)' },
    bits: { kind: 'text', value: 'BITS', help: 'size of an RSA key (default 2048)' },
    out: {
      kind: 'text',
      value: 'FILE',
      help: 'new file for the private JWK, readable by you alone; without, it is printed too',
    },
  },
  run: async (context) => {
    const alg = requireAlgorithmOf(requireText(context, 'alg'), 'pair')
    const { kid, out } = context.texts
    const modulusLength = readNumberOption(context, 'bits')
    const key = await generateKey(alg, {
      export: 'allowed',
      ...(kid !== undefined && { kid }),
      ...(modulusLength !== undefined && { modulusLength }),
    })
    const jwks = { keys: [key.publicJwk] }
    const privateJwk = await exportPrivateJwk(key)
    if (out === undefined) {
      const json = { privateJwk, jwks }
      const remarks = ['privateJwk is secret: keep it out of repositories, logs and chats.']
      return { exitCode: 0, json, lines: jsonLines(json), remarks }
    }
    await writeSecretFile(context.process, out, `${JSON.stringify(privateJwk, null, 2)}\n`)
    const remarks = ['The private key is in the file of --out; what is printed is public.']
    return { exitCode: 0, json: jwks, lines: jsonLines(jwks), remarks }
  },
}
