import { fileURLToPath } from 'node:url'
import type { Answer, FoundPeer } from '../question.ts'
import { runProgram } from './run-program.ts'

const program = fileURLToPath(new URL('./python/peer.py', import.meta.url))

const versions =
  'import cryptography, jwt, platform; print(jwt.__version__, platform.python_version())'

/** Debian's packages belong to its own Python, which need not be the first one of the path. */
const interpreters: readonly string[] = ['/usr/bin/python3', 'python3']

const findInterpreter = async () => {
  for (const command of interpreters) {
    const found = await runProgram({ command, args: ['-c', versions] }).catch(() => undefined)
    if (found !== undefined) return { command, versions: found.trim().split(' ') }
  }
  return undefined
}

/** PyJWT, with the cryptography package. */
export const findPyJwt = async (): Promise<FoundPeer> => {
  const interpreter = await findInterpreter()
  if (interpreter === undefined) {
    const line =
      'Python with PyJWT is missing: apt-get install --no-install-recommends python3-jwt python3-cryptography'
    return { kind: 'missing', line }
  }
  const [version, python] = interpreter.versions
  return {
    kind: 'found',
    peer: {
      name: `PyJWT ${version} (Python ${python})`,
      algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256'],
      ask: async (question) => {
        const { command } = interpreter
        const input = JSON.stringify(question)
        // No compiled files beside the sources.
        return JSON.parse(await runProgram({ command, args: ['-B', program], input })) as Answer
      },
    },
  }
}
