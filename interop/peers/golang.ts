import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Answer, FoundPeer } from '../question.ts'
import { runProgram } from './run-program.ts'

const sources = ['main.go', 'verify.go'].map((name) =>
  fileURLToPath(new URL(`./golang/${name}`, import.meta.url)),
)

/** Where Debian puts the sources of Go libraries. */
const goPath = '/usr/share/gocode'

/** No modules: nothing is fetched. */
const env = { GO111MODULE: 'off', GOFLAGS: '', GOPATH: goPath }

const readVersions = async (): Promise<string | undefined> => {
  if (!existsSync(join(goPath, 'src/github.com/golang-jwt/jwt'))) return undefined
  return runProgram({ command: 'go', args: ['env', 'GOVERSION'] }).catch(() => undefined)
}

const readLibraryVersion = async (): Promise<string> => {
  const args = ['--status', 'golang-github-golang-jwt-jwt-dev']
  const status = await runProgram({ command: 'dpkg-query', args }).catch(() => '')
  return /^Version: (.*)$/m.exec(status)?.[1] ?? 'of unknown version'
}

/** golang-jwt. */
export const findGolangJwt = async (): Promise<FoundPeer> => {
  const goVersion = await readVersions()
  if (goVersion === undefined) {
    const line =
      'Go with golang-jwt is missing: apt-get install --no-install-recommends golang-go golang-github-golang-jwt-jwt-dev'
    return { kind: 'missing', line }
  }
  return {
    kind: 'found',
    peer: {
      name: `golang-jwt ${await readLibraryVersion()} (${goVersion.trim()})`,
      algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256'],
      ask: async (question) => {
        const folder = await mkdtemp(join(tmpdir(), 'coatcheck-interop-'))
        try {
          // Built first, so that ending the program ends all of it.
          const command = join(folder, 'peer')
          await runProgram({ command: 'go', args: ['build', '-o', command, ...sources], env })
          const input = JSON.stringify(question)
          return JSON.parse(await runProgram({ command, args: [], input })) as Answer
        } finally {
          await rm(folder, { recursive: true })
        }
      },
    },
  }
}
