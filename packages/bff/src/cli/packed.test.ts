import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { createScriptedProvider } from '../testing/scripted-provider.ts'
import { ask, servedSealingKey } from '../testing/served.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const isBuilt =
  existsSync(join(root, 'dist/cli/main.js')) &&
  existsSync(join(root, 'node_modules/@coatcheck/jwt/dist/cli/index.js')) &&
  existsSync(join(root, 'node_modules/@coatcheck/store/dist/sqlite/index.js'))
if (!isBuilt) {
  const message = 'The command in the packed package: there is no build; run pnpm build first.'
  // A pipeline must not pass by skipping.
  if (process.env.CI === 'true') throw new Error(message)
  console.warn(`Skipped: ${message}`)
}

/** The package as the registry would receive it, unpacked where its dependencies are found. */
const install = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-packed-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  execFileSync('npx', ['-y', 'pnpm@10.34.9', 'pack', '--out', join(folder, 'bff.tgz')], {
    cwd: root,
    stdio: 'ignore',
  })
  const target = join(folder, 'node_modules/@coatcheck/bff')
  mkdirSync(target, { recursive: true })
  execFileSync('tar', ['-xzf', join(folder, 'bff.tgz'), '-C', target, '--strip-components=1'])
  symlinkSync(join(root, 'node_modules'), join(target, 'node_modules'))
  return folder
}

test.runIf(isBuilt)('the command runs from the packed package and stops on SIGTERM', async () => {
  const folder = install()
  const provider = await createScriptedProvider(Date.now)
  onTestFinished(provider.close)
  mkdirSync(join(folder, 'public'))
  writeFileSync(join(folder, 'public/index.html'), '<!doctype html><title>Packed</title>')
  writeFileSync(
    join(folder, 'coatcheck.config.ts'),
    `import { defineConfig } from '@coatcheck/bff/server'
export default defineConfig({
  publicUrl: 'https://app.example',
  resources: { orders: { mode: 'token', scope: 'orders:read' } },
  listen: { port: 0 },
  operators: { port: 0 },
  static: { directory: 'public' },
})`,
  )
  const child = spawn(
    process.execPath,
    [join(folder, 'node_modules/@coatcheck/bff/bin/coatcheck.mjs'), 'serve'],
    {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        COATCHECK_PROVIDER_ISSUER: provider.issuer,
        COATCHECK_PROVIDER_CLIENT_ID: provider.clientId,
        COATCHECK_PROVIDER_CLIENT_SECRET: provider.clientSecret,
        COATCHECK_SEALING_KEYS: servedSealingKey,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const started = JSON.parse(String((await lines.next()).value)) as Record<string, unknown>
  expect(started).toMatchObject({ event: 'server.started', host: '127.0.0.1' })
  const page = await ask(`http://127.0.0.1:${started.port}`, '/', {
    headers: { accept: 'text/html' },
  })
  expect(page.text).toContain('Packed')
  const ready = await ask(`http://127.0.0.1:${started.operatorsPort}`, '/readyz')
  expect(ready.status).toBe(200)
  child.kill('SIGTERM')
  expect(await exited).toBe(0)
})

test.runIf(isBuilt).each([
  ['token inspect', 'stdout', 1],
  ['token verify', 'stderr', 2],
  ['secret generate', 'stdout', 0],
] as const)(
  'nobody reads on, and %s ends with the exit code of its verdict',
  async (words, name, code) => {
    const given = [join(root, 'bin/coatcheck.mjs'), ...words.split(' ')]
    const child = spawn(process.execPath, given, { stdio: 'pipe' })
    onTestFinished(() => void child.kill('SIGKILL'))
    child[name].destroy()
    child.stdin.end('no token')
    expect(await once(child, 'exit')).toEqual([code, null])
  },
)
