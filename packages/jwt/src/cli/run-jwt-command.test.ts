import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Algorithm, Jwk } from '../index.ts'
import { createSigner, importKey } from '../index.ts'
import { json, startKeyServer } from '../testing/key-server.ts'
import { makeEcKey, makeRsaKey, makeSecret, octets } from '../testing/keys.ts'
import {
  attacker,
  audience,
  canary,
  encode,
  issuer,
  jwks,
  keys,
  makeHeader,
  makeToken,
  now,
  nowSeconds,
} from '../testing/tokens.ts'
import type { ExitCode, Terminal } from './index.ts'
import { createNodeTerminal, describeJwtCommands, isJwtCommand, runJwtCommand } from './index.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coatcheck-jwt-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

interface Call {
  readonly input?: string
  readonly terminal?: Partial<Terminal>
  readonly environment?: Readonly<Record<string, string>>
}

interface Result {
  readonly code: ExitCode
  readonly printed: string
  readonly complained: string
}

/** Runs a command where every fetch is a fault of the command. */
const run = async (given: readonly string[], call: Call = {}): Promise<Result> => {
  const printed: string[] = []
  const complained: string[] = []
  const code = await runJwtCommand({
    name: 'coatcheck-jwt',
    version: '1.2.3',
    arguments: given,
    environment: call.environment ?? {},
    cwd: folder,
    print: (line) => printed.push(line),
    complain: (line) => complained.push(line),
    terminal: {
      input: 'pipe',
      output: 'pipe',
      readInput: async () => call.input ?? '',
      fetch: async () => {
        throw new Error('the network was asked')
      },
      now,
      ...call.terminal,
    },
  })
  return { code, printed: printed.join('\n'), complained: complained.join('\n') }
}

const write = (name: string, content: unknown): string => {
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  writeFileSync(join(folder, name), text, { mode: 0o600 })
  return name
}

const inspect = ['token', 'inspect'] as const
const overNetwork = { terminal: { fetch: globalThis.fetch } }

// ---- token inspect

test('J85 a token is shown as NOT VERIFIED, with header, claims, times and no network', async () => {
  const { code, printed, complained } = await run(inspect, { input: `${makeToken()}\n` })
  expect([code, complained]).toEqual([0, ''])
  expect(printed.split('\n')[0]).toMatch(/^NOT VERIFIED/)
  for (const text of ['"alg": "ES256"', `"iss": "${issuer}"`, 'in 5 minutes', 'No findings.']) {
    expect(printed).toContain(text)
  }
})

test('J85 --json says the same for scripts', async () => {
  const { code, printed } = await run([...inspect, '--json'], {
    input: makeToken({ claims: { iat: nowSeconds - 90, exp: nowSeconds - 60 } }),
  })
  expect(code).toBe(1)
  expect(printed.split('\n').length).toBe(1)
  expect(JSON.parse(printed)).toMatchObject({
    verified: false,
    header: { kid: 'es' },
    claims: { iss: issuer },
    findings: [{ code: 'expired', severity: 'error' }],
  })
})

test.each([
  ['alg none', `${encode(makeHeader(keys.es, { alg: 'none' }))}.${encode({})}.`, 'alg_none'],
  ['no exp', makeToken({ claims: { exp: undefined } }), 'exp_missing'],
  ['garbage', 'garbage', 'not_compact'],
])('a bad finding is the exit code 1: %s', async (_name, input, finding) => {
  const { code, printed } = await run(inspect, { input })
  expect(code).toBe(1)
  expect(printed).toMatch(new RegExp(`^error .*${finding}`, 'm'))
})

test('a warning alone is no failure', async () => {
  const { code, printed } = await run(inspect, { input: makeToken({ header: { typ: undefined } }) })
  expect(code).toBe(0)
  expect(printed).toMatch(/^warning .*typ_missing/m)
})

const token = makeToken()

test.each([
  [[...inspect, token]],
  [[...inspect, '--json', token]],
  [[...inspect, '--', token]],
  [['token', 'verify', token]],
  [['token', 'verify', '--issuer', issuer, token]],
])('J85 a token in the command line is refused with the reason and not repeated', async (given) => {
  const { code, printed, complained } = await run(given, { input: token })
  expect([code, printed]).toEqual([2, ''])
  expect(complained).toContain('history')
  expect(complained).not.toContain(token.slice(0, 20))
})

test.each([
  [[...inspect, `--token=${token}`]],
  [[...inspect, `--${token}`]],
  [[...inspect, `--json=${token}`]],
  [['token', 'verify', '--issuer', token, '--issuer', token]],
  [['token', 'verify', '--leeway', token, '--issuer', issuer]],
  [['token', 'verify', '--issuer', 'x', '--audience', 'x', '--algorithms', token, '--jwks', token]],
  [['jwks', 'check', token]],
  [['jwks', 'check', `https://u:${token}@login.example/`]],
  [['jwks', 'check', `http://login.example/?t=${token}`]],
  [['jwks', 'check', 'x', token]],
  [['keys', 'check', '--private', token]],
  [['keys', 'check', token]],
  [['keys', 'generate', '--alg', token]],
  [['keys', 'generate', '--alg', 'ES256', '--out', join('missing', token)]],
  [['secret', 'generate', '--format', token]],
  [['token', token]],
  [[token]],
])('J85 whatever is typed in a wrong place is not repeated: %#', async (given) => {
  const { code, printed, complained } = await run(given, { input: token })
  expect([code, printed]).toEqual([2, ''])
  expect(complained).not.toBe('')
  expect(complained).not.toContain(token.slice(0, 20))
})

test('nothing on standard input is a wrong call, and a terminal is told what to do', async () => {
  const { code, complained } = await run(inspect, { terminal: { input: 'terminal' } })
  expect(code).toBe(2)
  expect(complained).toContain('Ctrl-D')
  expect(complained).toContain('holds no token')
})

test('a token cannot move the cursor, change colours or turn text around', async () => {
  const hostile = '\u001b[2J\u009b31m\r\n\u202egnp.exe\u2066\u200b\u0007\u2028'
  const input = makeToken({ claims: { note: hostile }, header: { [hostile]: hostile } })
  for (const given of [inspect, [...inspect, '--json']]) {
    const { printed } = await run(given, { input, terminal: { output: 'pipe' } })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
    expect(printed).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e\u2066\u2028]/)
    expect(printed).toContain('\\u202e')
  }
  const { printed } = await run([...inspect, '--json'], { input })
  expect(JSON.parse(printed).claims.note).toBe(hostile)
})

test.each([
  ['a terminal', 'terminal', {}, true],
  ['a pipe', 'pipe', {}, false],
  ['NO_COLOR', 'terminal', { NO_COLOR: '1' }, false],
  ['an empty NO_COLOR', 'terminal', { NO_COLOR: '' }, true],
  ['a dumb terminal', 'terminal', { TERM: 'dumb' }, false],
] as const)('colours: %s', async (_name, output, environment, isColoured) => {
  const call = { input: token, terminal: { output }, environment }
  expect((await run(inspect, call)).printed.includes('\u001b[')).toBe(isColoured)
  expect((await run([...inspect, '--json'], call)).printed).not.toContain('\u001b[')
})

// ---- token verify

const verify = (place: string, ...more: readonly string[]): readonly string[] => [
  ...['token', 'verify', '--issuer', issuer, '--audience', audience],
  ...['--algorithms', 'RS256,ES256', '--jwks', place, ...more],
]

test('a good token is VERIFIED with a key set from a file', async () => {
  const place = write('jwks.json', jwks)
  const { code, printed } = await run(verify(place), { input: `  ${token}\n` })
  expect(code).toBe(0)
  expect(printed.split('\n')[0]).toBe('VERIFIED')
  expect(printed).toContain(canary)
  const scripted = await run(verify(place, '--json'), { input: token })
  expect(JSON.parse(scripted.printed)).toMatchObject({ verified: true, claims: { iss: issuer } })
})

test('a good token is VERIFIED with a key set from a server', async () => {
  const server = await startKeyServer(json(jwks))
  const { code, printed } = await run(verify(server.url), { input: token, ...overNetwork })
  expect([code, printed.split('\n')[0]]).toEqual([0, 'VERIFIED'])
  // Nothing of the token goes there.
  const [request] = server.requests
  expect(JSON.stringify([request?.url, request?.rawHeaders])).not.toContain(token.slice(0, 20))
  expect(request?.method).toBe('GET')
})

const refusals: readonly (readonly [string, string])[] = [
  ['token_expired', makeToken({ claims: { exp: nowSeconds - 60 } })],
  ['signature_invalid', makeToken({ key: attacker.es })],
  ['typ_mismatch', makeToken({ header: { typ: 'JWT' } })],
  ['claim_mismatch', makeToken({ claims: { aud: 'https://other.example' } })],
  ['claim_missing', makeToken({ claims: { jti: undefined } })],
  ['algorithm_not_allowed', makeToken({ key: keys.ed })],
  ['key_unknown', makeToken({ header: { kid: 'other' } })],
  ['token_malformed', `Bearer ${token}`],
]

test.each(refusals)(
  'a refused token is NOT VERIFIED: %s, and how to mend it',
  async (code, input) => {
    const place = write('jwks.json', jwks)
    const result = await run(verify(place), { input })
    expect(result.code).toBe(1)
    expect(result.printed).toContain(`NOT VERIFIED: ${code}\n`)
    expect(result.printed).toMatch(/^- /m)
    expect(result.printed).not.toContain(canary)
    const scripted = JSON.parse((await run(verify(place, '--json'), { input })).printed)
    expect(scripted).toMatchObject({ verified: false, code, advice: expect.any(Array) })
  },
)

test('what an issuer leaves out or does otherwise is an option', async () => {
  const place = write('jwks.json', jwks)
  const accepted = async (input: string, ...more: readonly string[]) =>
    (await run(verify(place, ...more), { input })).code === 0
  const plain = makeToken({ header: { typ: 'JWT' } })
  expect(await accepted(plain, '--typ', 'JWT')).toBe(true)
  expect(await accepted(plain, '--typ', 'any')).toBe(true)
  const bare = makeToken({ claims: { jti: undefined, client_id: undefined } })
  expect(await accepted(bare, '--optional-claims', 'jti,client_id')).toBe(true)
  expect(await accepted(bare, '--optional-claims', 'jti')).toBe(false)
  const audienceless = makeToken({ claims: { aud: undefined } })
  expect(await accepted(audienceless, '--client-ids', 'spa')).toBe(true)
  const late = makeToken({ claims: { exp: nowSeconds - 4 } })
  expect(await accepted(late)).toBe(true)
  expect(await accepted(late, '--leeway', '0')).toBe(false)
  expect(await accepted(token, '--maximum-lifetime', '60')).toBe(false)
})

test('an HMAC token is verified with a secret from a file, never from a server', async () => {
  const secret = makeSecret('HS256', 'shared', octets(32))
  const place = write('secret.json', secret.jwk)
  const given = (from: string) => [
    ...['token', 'verify', '--issuer', issuer, '--audience', audience],
    ...['--algorithms', 'HS256', '--jwks', from],
  ]
  const input = makeToken({ key: secret })
  expect((await run(given(place), { input })).code).toBe(0)
  const server = await startKeyServer(json(secret.jwk))
  const { code, complained } = await run(given(server.url), { input, ...overNetwork })
  expect(code).toBe(2)
  expect(complained).toContain('JWK Set')
  expect(complained).not.toContain(String(secret.jwk.k))
})

test.each(['issuer', 'audience', 'algorithms', 'jwks'])('--%s is required', async (missing) => {
  const all = verify(write('jwks.json', jwks))
  const at = all.indexOf(`--${missing}`)
  const { code, complained } = await run([...all.slice(0, at), ...all.slice(at + 2)], {
    input: token,
  })
  expect([code, complained.split('\n')[0]]).toEqual([2, `--${missing} is required.`])
})

test('a key server that cannot be reached is no verdict', async () => {
  const server = await startKeyServer(json({}, 500))
  const failing = await run(verify(server.url), { input: token, ...overNetwork })
  expect([failing.code, failing.printed]).toEqual([3, ''])
  await server.stop()
  for (const given of [verify(server.url), ['jwks', 'check', server.url]]) {
    const { code, printed, complained } = await run(given, { input: token, ...overNetwork })
    expect([code, printed]).toEqual([3, ''])
    expect(complained).toContain('cannot be reached')
    expect(complained).not.toContain('127.0.0.1')
  }
})

test('keys that no verifier takes are a wrong call', async () => {
  const sets = [{ keys: [] }, { keys: [{ ...keys.es.jwk, d: 'x' }] }, 'x', '[]', '"x"']
  for (const set of sets) {
    const { code } = await run(verify(write('wrong.json', set)), { input: token })
    expect(code).toBe(2)
  }
  expect((await run(verify('missing.json'), { input: token })).complained).toContain('ENOENT')
})

// ---- keys and secrets

const pairs: readonly Algorithm[] = ['RS256', 'PS384', 'ES256', 'ES512', 'EdDSA', 'Ed25519']

test.each(pairs)('a generated %s key signs, and its set verifies', async (alg) => {
  const { code, printed, complained } = await run(['keys', 'generate', '--alg', alg, '--json'])
  expect([code, complained]).toEqual([0, ''])
  const { privateJwk, jwks: published } = JSON.parse(printed)
  expect(published.keys).toHaveLength(1)
  expect(published.keys[0]).not.toHaveProperty('d')
  const signer = createSigner({
    issuer,
    audience,
    key: await importKey(privateJwk as Jwk, alg),
    now,
  })
  const input = await signer.sign({ subject: 'u', clientId: 'spa' })
  const place = write('jwks.json', published)
  const given = verify(place).map((value) => (value === 'RS256,ES256' ? alg : value))
  expect((await run(given, { input })).code).toBe(0)
})

test('a private key goes to a new file for its owner alone, and only the public one is printed', async () => {
  const given = ['keys', 'generate', '--alg', 'ES256', '--kid', 'mine', '--out', 'key.json']
  const { code, printed, complained } = await run(given)
  expect(code).toBe(0)
  expect(complained).toContain('--out')
  expect(statSync(join(folder, 'key.json')).mode & 0o777).toBe(0o600)
  const stored = JSON.parse(readFileSync(join(folder, 'key.json'), 'utf8'))
  expect(stored).toMatchObject({ kid: 'mine', alg: 'ES256', d: expect.any(String) })
  expect(printed).not.toContain(stored.d)
  expect(JSON.parse(printed).keys[0]).toMatchObject({ kid: 'mine', use: 'sig' })
  const again = await run(given)
  expect([again.code, again.printed]).toEqual([2, ''])
  expect(again.complained).toContain('not overwritten')
  expect(JSON.parse(readFileSync(join(folder, 'key.json'), 'utf8'))).toEqual(stored)
})

test('keys generate makes pairs and secret generate makes secrets', async () => {
  expect((await run(['keys', 'generate', '--alg', 'HS256'])).code).toBe(2)
  expect((await run(['secret', 'generate', '--alg', 'ES256'])).code).toBe(2)
  expect((await run(['keys', 'generate', '--alg', 'none'])).code).toBe(2)
  expect((await run(['keys', 'generate', '--alg', 'ES256', '--bits', '4096'])).code).toBe(2)
  expect((await run(['keys', 'generate', '--alg', 'RS256', '--bits', '1024'])).code).toBe(2)
  expect((await run(['keys', 'generate'])).complained).toContain('--alg is required.')
})

test('J32 a generated secret is as long as its hash, in either format', async () => {
  for (const [alg, length] of [
    ['HS256', 32],
    ['HS384', 48],
    ['HS512', 64],
  ] as const) {
    const bare = await run(['secret', 'generate', '--alg', alg, '--format', 'base64url'])
    expect(Buffer.from(bare.printed, 'base64url')).toHaveLength(length)
    const { printed } = await run(['secret', 'generate', '--alg', alg, '--kid', 'k'])
    expect(JSON.parse(printed)).toMatchObject({ kty: 'oct', kid: 'k', alg })
    expect((await importKey(JSON.parse(printed) as Jwk, alg)).kid).toBe('k')
  }
  const filed = await run(['secret', 'generate', '--out', 'secret.json'])
  expect([filed.code, filed.printed]).toEqual([0, ''])
  expect(statSync(join(folder, 'secret.json')).mode & 0o777).toBe(0o600)
})

const generate = async (
  alg: string,
): Promise<{ readonly privateJwk: Jwk; readonly jwks: { readonly keys: readonly Jwk[] } }> =>
  JSON.parse((await run(['keys', 'generate', '--alg', alg, '--json'])).printed)

test('keys that belong together are told from keys that do not', async () => {
  const [one, other] = [await generate('ES256'), await generate('ES256')]
  const own = write('private.json', one.privateJwk)
  const check = (publicKey: unknown) =>
    run(['keys', 'check', '--private', own, '--public', write('public.json', publicKey)])
  const good = await check(one.jwks)
  expect(good.code).toBe(0)
  expect(good.printed).toContain('belong together')
  expect(good.printed).toContain('EC, P-256')
  expect(good.printed).toContain(String(one.privateJwk.kid))
  expect((await check(one.jwks.keys[0])).code).toBe(0)
  expect((await check({ keys: [other.jwks.keys[0], one.jwks.keys[0]] })).code).toBe(0)
  const bad = await check(other.jwks)
  expect(bad.code).toBe(1)
  expect(bad.printed).toContain('do not belong together')
  for (const { printed } of [good, bad]) expect(printed).not.toContain(String(one.privateJwk.d))
})

test('one key alone is judged as well, in PEM and as JWK', async () => {
  const rsa = makeRsaKey('RS256', 'rsa')
  const pem = write('key.pem', rsa.signingKey.export({ format: 'pem', type: 'pkcs8' }) as string)
  const judged = await run(['keys', 'check', '--private', pem, '--alg', 'RS256', '--json'])
  expect(JSON.parse(judged.printed)).toMatchObject({
    kind: 'sound',
    which: 'private',
    description: 'RSA, 2048 bits',
    remarks: [],
  })
  expect((await run(['keys', 'check', '--private', pem])).complained).toContain('--alg')
  const es = write('es.json', makeEcKey('ES384', 'es').jwk)
  expect((await run(['keys', 'check', '--public', es])).printed).toContain('EC, P-384')
  const small = write('small.json', makeRsaKey('RS256', 'small', 1024).jwk)
  const refused = await run(['keys', 'check', '--public', small])
  expect(refused.code).toBe(1)
  expect(refused.printed).toContain('2048')
  expect((await run(['keys', 'check'])).code).toBe(2)
})

test('a secret that looks like a password is remarked, and is not shown', async () => {
  const password = 'correct-horse-battery-staple-correct'
  const jwk = { kty: 'oct', alg: 'HS256', k: Buffer.from(password).toString('base64url') }
  const { code, printed } = await run(['keys', 'check', '--private', write('s.json', jwk)])
  expect(code).toBe(0)
  expect(printed).toContain('printable')
  expect(printed).not.toContain(password)
  expect(printed).not.toContain(jwk.k)
})

test('a private key that others may read is remarked', async () => {
  const { privateJwk } = await generate('EdDSA')
  writeFileSync(join(folder, 'open.json'), JSON.stringify(privateJwk), { mode: 0o644 })
  const { code, printed } = await run(['keys', 'check', '--private', 'open.json'])
  expect(code).toBe(0)
  expect(printed).toContain('chmod 600')
})

// ---- jwks check

test('a key set is judged from a file and from a server', async () => {
  const server = await startKeyServer(json(jwks))
  const places = [write('jwks.json', jwks), server.url]
  for (const place of places) {
    const { code, printed } = await run(['jwks', 'check', place], overNetwork)
    expect(code).toBe(0)
    expect(printed).toContain('key 2: EC, P-256, alg ES256, kid es')
    expect(printed).toContain('4 of 4 keys can verify tokens.')
  }
})

test('a bad key set is the exit code 1, whatever is wrong with it', async () => {
  const { d } = keys.es.signingKey.export({ format: 'jwk' })
  const leaked = { keys: [{ ...keys.es.jwk, d }] }
  const server = await startKeyServer(json(leaked))
  const { code, printed } = await run(['jwks', 'check', server.url, '--json'], overNetwork)
  expect(code).toBe(1)
  expect(JSON.parse(printed).keys[0].findings[0].code).toBe('private_member')
  expect(printed).not.toContain(String(d))
  for (const text of ['<html>', '{"keys":[],"keys":[]}', '{}']) {
    expect((await run(['jwks', 'check', write('x.json', text)])).code).toBe(1)
  }
})

test('J37 a key set is fetched by https, or from this machine, and no redirect is followed', async () => {
  for (const url of ['http://login.example/jwks', 'ftp://login.example', 'file:///etc/passwd']) {
    expect((await run(['jwks', 'check', url])).code).toBe(2)
  }
  const target = await startKeyServer(json(jwks))
  const server = await startKeyServer((_, response) => {
    response.writeHead(302, { location: target.url })
    response.end()
  })
  const { code, complained } = await run(['jwks', 'check', server.url], overNetwork)
  expect(code).toBe(3)
  expect(complained).toContain('302')
  expect(target.requests).toHaveLength(0)
})

// ---- the program

test('every command has help that names its options and the exit codes', async () => {
  const words = describeJwtCommands('x').map((text) => text.trim().split(/\s+/).slice(1, 3))
  expect(words.map((pair) => pair.join(' '))).toEqual([
    'token inspect',
    'token verify',
    'keys generate',
    'keys check',
    'secret generate',
    'jwks check',
  ])
  for (const pair of words) {
    const { code, printed } = await run([...pair, '--help'])
    expect(code).toBe(0)
    expect(printed).toContain(`coatcheck-jwt ${pair.join(' ')}`)
    expect(printed).toContain('Exit codes: 0 good')
    expect((await run([...pair, '-h'])).printed).toBe(printed)
  }
})

test('without a known command the usage is the answer', async () => {
  for (const given of [[], ['token'], ['token', 'decode'], ['serve'], ['keys', '']]) {
    const { code, printed, complained } = await run(given)
    expect([code, printed]).toEqual([2, ''])
    expect(complained).toContain('Usage:')
  }
  expect((await run(['--help'])).printed).toContain('token inspect')
  expect((await run(['token', '--help'])).printed).toContain('token inspect')
  expect((await run(['--version'])).printed).toBe('1.2.3')
})

test('the table says which commands are its own', () => {
  for (const word of ['token', 'keys', 'secret', 'jwks']) {
    expect(isJwtCommand([word])).toBe(true)
  }
  for (const given of [[], ['serve'], ['--help'], ['Token'], ['constructor']]) {
    expect(isJwtCommand(given)).toBe(false)
  }
})

test('a fault of the program itself is told from a verdict, without its words', async () => {
  const { code, complained } = await run(inspect, {
    terminal: {
      readInput: async () => {
        throw new Error(token)
      },
    },
  })
  expect(code).toBe(4)
  expect(complained).not.toContain(token.slice(0, 20))
})

test('standard input is read to its end, and no further than a bound', async () => {
  async function* chunks(count: number) {
    for (let index = 0; index < count; index += 1) yield Buffer.alloc(65_536, 'a')
  }
  const terminalOf = (count: number) =>
    createNodeTerminal({ stdin: chunks(count), stdout: { isTTY: true } })
  expect(terminalOf(1)).toMatchObject({ input: 'pipe', output: 'terminal' })
  expect(await terminalOf(2).readInput()).toHaveLength(131_072)
  expect(await terminalOf(0).readInput()).toBe('')
  const { code, complained } = await run(inspect, {
    terminal: { readInput: terminalOf(1_000_000_000).readInput },
  })
  expect(code).toBe(2)
  expect(complained).toContain('more than 1048576 bytes')
})

/** Loaded before the program: whatever opens a connection or asks for an address ends it. */
const noNetwork = `
import dgram from 'node:dgram'
import dns from 'node:dns'
import net from 'node:net'
import { syncBuiltinESMExports } from 'node:module'
const blocked = () => { process.stderr.write('NETWORK'); process.exit(99) }
net.Socket.prototype.connect = blocked
dgram.createSocket = blocked
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) dns[name] = blocked
syncBuiltinESMExports()
`

const runProgram = (given: readonly string[], input: string) => {
  const main = join(import.meta.dirname, 'main.ts')
  const preload = `data:text/javascript,${encodeURIComponent(noNetwork)}`
  try {
    const options = ['--conditions=@coatcheck/source', '--import', 'tsx', '--import', preload]
    const stdout = execFileSync(process.execPath, [...options, main, ...given], {
      input,
      stdio: 'pipe',
      encoding: 'utf8',
    })
    return { code: 0, stdout, stderr: '' }
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string }
    return { code: status, stdout, stderr }
  }
}

test('J85 the program decodes a token with the network blocked', () => {
  const input = makeToken({ claims: { exp: 4_000_000_000 } })
  const shown = runProgram(['token', 'inspect'], input)
  expect(shown.stderr).toBe('')
  expect(shown.stdout).toMatch(/^NOT VERIFIED/)
  // That it is blocked shows where a server is asked for.
  expect(runProgram(['jwks', 'check', 'http://127.0.0.1:49151/'], '')).toMatchObject({
    code: 99,
    stderr: 'NETWORK',
  })
})
