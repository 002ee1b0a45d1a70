import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { servedSealingKey } from '../testing/served.ts'
import { runCli } from './run-cli.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coatcheck-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const secrets = {
  clientSecret: 'client-secret-of-the-test',
  bearerToken: 'operators-token-of-at-least-32-characters',
  redisUser: 'redis-user-of-the-test',
  redisPassword: 'redis-password-of-the-test',
  sealingKey: servedSealingKey,
}

const good = {
  publicUrl: 'https://app.example',
  provider: {
    issuer: 'https://login.example',
    clientId: 'app',
    clientSecret: secrets.clientSecret,
  },
  resources: { orders: { mode: 'token', scope: 'orders:read' } },
  sealingKeys: [secrets.sealingKey],
  operators: { bearerToken: secrets.bearerToken },
  store: { url: `redis://${secrets.redisUser}:${secrets.redisPassword}@redis.example:6379/1?x=y` },
}

const run = async (
  argumentsGiven: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  input = '',
) => {
  const printed: string[] = []
  const complained: string[] = []
  const code = await runCli({
    arguments: argumentsGiven,
    environment,
    cwd: folder,
    version: '1.2.3',
    print: (line) => printed.push(line),
    complain: (line) => complained.push(line),
    stopAsked: async () => {},
    terminal: {
      input: 'pipe',
      output: 'pipe',
      readInput: async () => input,
      fetch: async () => {
        throw new Error('the network was asked')
      },
      now: () => 1_800_000_000_000,
    },
  })
  return { code, printed: printed.join('\n'), complained: complained.join('\n') }
}

const writeConfig = (name: string, text: string) => writeFileSync(join(folder, name), text)

const expectNoSecret = ({
  printed,
  complained,
}: {
  readonly printed: string
  readonly complained: string
}) => {
  for (const secret of Object.values(secrets)) {
    expect(printed).not.toContain(secret)
    expect(complained).not.toContain(secret)
  }
}

test('B124 --check-config shows what is in force, and of a secret only that it is set', async () => {
  writeConfig('coatcheck.config.json', JSON.stringify(good))
  const result = await run(['serve', '--check-config'])
  expect(result.code).toBe(0)
  expect(result.printed).toContain('The configuration is good.')
  expect(result.printed).toMatch(/publicUrl +https:\/\/app\.example/)
  expect(result.printed).toMatch(/provider\.clientSecret +\(set, 25 characters\)/)
  expect(result.printed).toMatch(/store\.url +redis:\/\/redis\.example:6379\/1$/m)
  expectNoSecret(result)
})

/** Configurations that are wrong right where a secret is. */
const wrongWithSecrets: readonly (readonly [string, unknown])[] = [
  [
    'a secret of another type',
    { ...good, provider: { ...good.provider, clientSecret: [secrets.clientSecret] } },
  ],
  [
    'a misspelt secret',
    {
      ...good,
      provider: {
        issuer: 'https://login.example',
        clientId: 'app',
        clientSecert: secrets.clientSecret,
      },
    },
  ],
  ['a key as text', { ...good, sealingKeys: secrets.sealingKey }],
  ['a key with a blank', { ...good, sealingKeys: [`${secrets.sealingKey} `] }],
  ['a token with a blank', { ...good, operators: { bearerToken: `${secrets.bearerToken} x` } }],
  ['a secret as an option', { ...good, [secrets.bearerToken]: 'x' }],
  ['a secret as an operators option', { ...good, operators: { [secrets.bearerToken]: 'x' } }],
  [
    'a Redis URL of another kind',
    { ...good, store: { url: `http://${secrets.redisUser}:${secrets.redisPassword}@x` } },
  ],
  ['a Redis URL as a path', { ...good, store: { path: `${good.store.url}/x` } }],
  [
    'a secret as an issuer',
    { ...good, provider: { ...good.provider, issuer: secrets.clientSecret } },
  ],
  [
    'an issuer with a password',
    {
      ...good,
      provider: { ...good.provider, issuer: `https://u:${secrets.clientSecret}@login.example` },
    },
  ],
  [
    'a URL with a password',
    { ...good, publicUrl: `https://u:${secrets.clientSecret}@app.example` },
  ],
  ['a secret as a level', { ...good, log: { level: secrets.clientSecret } }],
  ['one secret for two purposes', { ...good, operators: { bearerToken: secrets.sealingKey } }],
]

test.each(wrongWithSecrets)('B124 %s is refused without being repeated', async (_name, config) => {
  writeConfig('coatcheck.config.json', JSON.stringify(config))
  for (const command of [['serve', '--check-config'], ['serve']]) {
    const result = await run(command)
    expect(result.code).toBe(1)
    expect(result.complained).toMatch(/needs mending|things to mend/)
    expectNoSecret(result)
  }
})

const files: readonly (readonly [string, string, string, RegExp])[] = [
  [
    'JSON that is none',
    'coatcheck.config.json',
    `{ "clientSecret": ${secrets.clientSecret} }`,
    /is not JSON\./,
  ],
  ['a list', 'coatcheck.config.json', '[]', /must hold an object/],
  [
    'a module without a default',
    'coatcheck.config.mjs',
    'export const config = {}',
    /exports it as default/,
  ],
  [
    'a module that throws',
    'coatcheck.config.mjs',
    `\nthrow new TypeError('${secrets.clientSecret}')`,
    /cannot be loaded \(TypeError at line 2\)/,
  ],
  [
    'a module that is no script',
    'coatcheck.config.ts',
    `export default { a: '${secrets.clientSecret}' '${secrets.bearerToken}' }`,
    /cannot be loaded/,
  ],
  [
    'a module that imports nothing',
    'coatcheck.config.ts',
    `import x from './nowhere.ts'\nexport default x`,
    /cannot be loaded \(Error \w*MODULE_NOT_FOUND/,
  ],
]

test.each(files)('%s is refused by the name of its file', async (_what, name, text, message) => {
  writeConfig(name, text)
  const result = await run(['serve', '--check-config'])
  expect(result.code).toBe(1)
  expect(result.complained).toContain(join(folder, name))
  expect(result.complained).toMatch(message)
  expectNoSecret(result)
})

test('a configuration in TypeScript has its types from the package', async () => {
  writeConfig(
    'coatcheck.config.ts',
    `import { defineConfig } from '@coatcheck/bff/server'
const origin: string = 'https://app.example'
export default defineConfig({ ...${JSON.stringify(good)}, publicUrl: origin })`,
  )
  expect(await run(['serve', '--check-config'])).toMatchObject({ code: 0, complained: '' })
})

test('a configuration is found by its name or by --config, and two of them are refused', async () => {
  writeConfig('other.json', JSON.stringify(good))
  expect(await run(['serve', '--check-config', '--config', 'other.json'])).toMatchObject({
    code: 0,
  })
  expect(await run(['serve', '--check-config', '--config', 'missing.json'])).toMatchObject({
    code: 1,
    complained: expect.stringContaining('missing.json does not exist; check --config.'),
  })
  writeConfig('coatcheck.config.json', '{}')
  writeConfig('coatcheck.config.mjs', 'export default {}')
  expect((await run(['serve', '--check-config'])).complained).toContain('keep one of them')
})

test('what is missing everywhere is named, and how to give it', async () => {
  const { code, complained } = await run(['serve', '--check-config'])
  expect(code).toBe(1)
  for (const name of ['publicUrl', 'provider', 'resources', 'sealingKeys']) {
    expect(complained).toContain(`${name}: is missing`)
  }
})

test.each([[[]], [['start']], [['serve', '--porf']], [['serve', 'twice']]])(
  '%j is answered by the usage',
  async (argumentsGiven) => {
    const result = await run(argumentsGiven)
    expect(result.code).toBe(2)
    expect(result.complained).toContain('Usage:')
  },
)

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

test('J85 coatcheck token inspect reads standard input, and says that nothing is verified', async () => {
  const token = `${encode({ alg: 'none' })}.${encode({ sub: 'user-of-the-test' })}.`
  const shown = await run(['token', 'inspect'], {}, token)
  expect(shown.code).toBe(1)
  expect(shown.printed).toMatch(/^NOT VERIFIED/)
  expect(shown.printed).toContain('user-of-the-test')
  expect(shown.printed).toContain('alg_none')
  const refused = await run(['token', 'inspect', token], {}, token)
  expect(refused).toMatchObject({ code: 2, printed: '' })
  expect(refused.complained).toContain('See coatcheck token inspect --help.')
  expect(refused.complained).not.toContain(token)
})

test('coatcheck offers the whole table of commands on tokens and keys', async () => {
  const { printed } = await run(['--help'])
  const offered = ['token inspect', 'token verify', 'keys generate', 'keys check', 'jwks check']
  for (const words of [...offered, 'secret generate']) {
    expect(printed).toContain(`coatcheck ${words}`)
    const help = await run([...words.split(' '), '--help'])
    expect(help.code).toBe(0)
    expect(help.printed).toContain(`Usage: coatcheck ${words}`)
  }
  const generated = await run(['keys', 'generate', '--alg', 'ES256', '--out', 'key.json'])
  expect(generated.code).toBe(0)
  const file = join(folder, 'key.json')
  expect(await run(['keys', 'check', '--private', file, '--json'])).toMatchObject({ code: 0 })
})

test('--version and --help say so and end', async () => {
  expect(await run(['--version'])).toMatchObject({ code: 0, printed: '1.2.3' })
  expect((await run(['--help'])).printed).toContain('coatcheck serve --check-config')
})
