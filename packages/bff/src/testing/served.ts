import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { readEnvironment } from '../config/environment.ts'
import { resolveConfig } from '../config/resolve-config.ts'
import type { ServerConfig } from '../config/server-config.ts'
import { BffError } from '../errors.ts'
import { type CoatcheckServer, type ServerPorts, startServer } from '../server/start-server.ts'
import { type Browser, createBrowser } from './browser.ts'
import { createScriptedProvider, type ScriptedProvider } from './scripted-provider.ts'

/** Random bytes of a test, so that they pass for a real key. */
export const servedSealingKey: string = Buffer.from(
  Array.from({ length: 32 }, (_, index) => index * 7),
).toString('base64url')

/** A file of the app by its path. */
export type AppFiles = Readonly<Record<string, string>>

const appFiles: AppFiles = {
  'index.html': '<!doctype html><title>App</title>',
  'about/index.html': '<!doctype html><title>About</title>',
  'logo.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'assets/app-3f9c2b1a.js': 'console.log(1)',
  'assets/plain.js': 'console.log(2)',
  '.well-known/security.txt': 'Contact: mailto:security@app.example',
  '.env': 'SECRET=1',
}

/** The standalone server on real ports, with a provider and a folder that the test holds. */
export interface Served {
  readonly origin: string
  readonly operators: string
  readonly provider: ScriptedProvider
  readonly server: CoatcheckServer
  readonly browser: Browser
  readonly folder: string
  /** Every log line as it was written. */
  readonly lines: readonly string[]
  login(): Promise<void>
  close(): Promise<void>
}

export interface ServedOptions {
  readonly file?: (standard: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>
  readonly ports?: ServerPorts
  readonly files?: AppFiles
  /** Before the server starts. */
  readonly prepare?: (folder: string) => void
}

/** A port that was free a moment ago: the public URL has to be known before the start. */
const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

export const writeFiles = (folder: string, files: AppFiles): void => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
}

const checked = (folder: string, content: Readonly<Record<string, unknown>>): ServerConfig => {
  const check = resolveConfig({
    file: { path: join(folder, 'coatcheck.config.json'), content },
    environment: readEnvironment({}),
    cwd: folder,
    mode: 'development',
  })
  if (check.kind === 'faulty') throw new Error(check.faults.join('\n'))
  return check.config
}

/** Another server may have taken the port since it was found to be free. */
const isPortTaken = (error: unknown): boolean =>
  error instanceof BffError && /^listen: .* is in use/.test(error.message)

const onFreePort = async <T>(start: (port: number) => Promise<T>, attempts = 5): Promise<T> => {
  try {
    return await start(await freePort())
  } catch (error) {
    if (!isPortTaken(error) || attempts <= 1) throw error
    return onFreePort(start, attempts - 1)
  }
}

export const serve = async (options: ServedOptions = {}): Promise<Served> => {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-'))
  writeFiles(join(folder, 'public'), options.files ?? appFiles)
  options.prepare?.(folder)
  const provider = await createScriptedProvider(Date.now)
  const standardAt = (port: number) => ({
    publicUrl: `http://localhost:${port}`,
    provider: {
      issuer: provider.issuer,
      clientId: provider.clientId,
      clientSecret: provider.clientSecret,
    },
    resources: { orders: { mode: 'token', scope: 'orders:read' } },
    sealingKeys: [servedSealingKey],
    listen: { port },
    operators: { port: 0 },
    static: { directory: 'public' },
  })
  const lines: string[] = []
  const { server, origin } = await onFreePort(async (port) => {
    lines.length = 0
    const standard = standardAt(port)
    const config = checked(folder, options.file?.(standard) ?? standard)
    const logDestination = { write: (line: string) => void lines.push(line) }
    const started = await startServer(config, { logDestination, ...options.ports })
    return { server: started, origin: standard.publicUrl }
  })
  const browser = createBrowser(origin)
  return {
    origin,
    operators: `http://127.0.0.1:${server.operatorsAddress.port}`,
    provider,
    server,
    browser,
    folder,
    lines,
    login: async () => {
      const { location } = await browser.navigate('/bff/login')
      const state = provider.authorizationRequest(location).get('state') ?? ''
      const code = provider.issueCode(location)
      const query = new URLSearchParams({ code, state, iss: provider.issuer })
      await browser.navigate(`/bff/callback?${query}`, 'cross-site')
    },
    close: async () => {
      await server.close()
      await provider.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What came back over the wire. */
export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** One request with exactly this path; `fetch` would tidy it first. */
export const ask = (
  origin: string,
  path: string,
  {
    method = 'GET',
    headers = {},
  }: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<WireAnswer> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(origin)
    const sent = request(
      { host: '127.0.0.1', port, path, method, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        )
      },
    )
    sent.on('error', reject)
    sent.end()
  })
