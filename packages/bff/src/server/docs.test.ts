import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { variableNames } from '../config/environment.ts'

const sources = fileURLToPath(new URL('..', import.meta.url))
const docs = fileURLToPath(new URL('../../../../docs/', import.meta.url))
const read = (name: string): string => readFileSync(join(docs, name), 'utf8')

/** Events as they are logged; those of an event stream carry `data`. */
const loggedEvents = (): readonly string[] =>
  readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ts$/.test(name) && !/\.test\.ts$|testing/.test(name))
    .map((name) => readFileSync(join(sources, name), 'utf8'))
    .flatMap((text) => [...text.matchAll(/event: '([a-z]+\.[a-z_]+)'(?!,\s*data)/g)])
    .map(([, event = '']) => event)
    // Named by the scope of the logout.
    .concat('logout.local', 'logout.global')

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)].sort()

test('B124 the reference lists every event that is logged, and no other', () => {
  const listed = [...read('reference/audit-events.md').matchAll(/^\| `([a-z]+\.[a-z_]+)` \|/gm)]
  expect(unique(listed.map(([, event = '']) => event))).toEqual(unique(loggedEvents()))
})

test('the reference lists every variable, and no other', () => {
  const listed = [...read('reference/server-configuration.md').matchAll(/\| `(COATCHECK_\w+)` \|/g)]
  expect(unique(listed.map(([, name = '']) => name))).toEqual(unique(variableNames))
})

test('the guides name no variable that does not exist', () => {
  const guides = ['nginx.md', 'docker.md', 'redis.md', 'Dockerfile'].map((name) =>
    read(`deploy/${name}`),
  )
  const known = new Set([...variableNames, 'COATCHECK_PORT'])
  const named = guides.flatMap((text) => text.match(/COATCHECK_[A-Z_]+/g) ?? [])
  expect(named.length).toBeGreaterThan(5)
  expect(
    named.filter((name) => !known.has(name) && !known.has(name.replace(/_FILE$/, ''))),
  ).toEqual([])
})

interface Instruction {
  readonly name: string
  readonly text: string
}

const parseDockerfile = (text: string): readonly Instruction[] =>
  text
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name = '', ...words] = line.trim().split(/\s+/)
      return { name, text: words.join(' ') }
    })

const instructions = ['FROM', 'ENV', 'WORKDIR', 'RUN', 'COPY', 'VOLUME', 'EXPOSE', 'USER']
const commands = ['HEALTHCHECK', 'ENTRYPOINT', 'CMD']

/** Rules of a linter for Dockerfiles, as far as they concern this one. */
const rules: Readonly<Record<string, (all: readonly Instruction[]) => boolean>> = {
  'every instruction is one that exists, in capitals': (all) =>
    all.every(({ name }) => [...instructions, ...commands].includes(name)),
  'it begins with an image': ([first]) => first?.name === 'FROM',
  'every image has a tag, and none is latest': (all) =>
    all
      .filter(({ name }) => name === 'FROM')
      .every(({ text }) => /^[\w./-]+:[\w.-]+( AS [a-z]+)?$/.test(text) && !/:latest/.test(text)),
  'what is copied from a stage is copied from one that exists': (all) =>
    all
      .flatMap(({ text }) => text.match(/--from=([a-z]+)/)?.[1] ?? [])
      .every((stage) => all.some(({ text }) => text.endsWith(` AS ${stage}`))),
  'several files are copied into a folder': (all) =>
    all
      .filter(({ name }) => name === 'COPY')
      .map(({ text }) => text.split(' ').filter((word) => !word.startsWith('--')))
      .every((words) => words.length === 2 || words.at(-1)?.endsWith('/') === true),
  'folders are absolute': (all) =>
    all.filter(({ name }) => name === 'WORKDIR').every(({ text }) => text.startsWith('/')),
  'it runs as a user without rights': (all) =>
    all.filter(({ name }) => name === 'USER').at(-1)?.text === 'node' &&
    all.findLastIndex(({ name }) => name === 'USER') >
      all.findLastIndex(({ name }) => name === 'RUN'),
  'it has a health check': (all) => all.some(({ name }) => name === 'HEALTHCHECK'),
  'commands are lists, so that signals reach the process': (all) =>
    all
      .filter(({ name }) => commands.includes(name))
      .every(({ text }) => Array.isArray(JSON.parse(text.replace(/^.*?(?=\[)/, '')))),
  'there is one entry point and one command': (all) =>
    ['ENTRYPOINT', 'CMD'].every((kind) => all.filter(({ name }) => name === kind).length === 1),
  'no secret is baked in': (all) =>
    !all.some(({ name, text }) => name === 'ENV' && /SECRET|TOKEN|KEY|PASSWORD|_URL=/.test(text)),
  'nothing is installed unpinned, fetched or run as root by the back door': (all) =>
    !all.some(({ text }) => /\b(apt-get|apk|curl|wget|sudo|npm install|cd)\b/.test(text)),
  'ports are ports': (all) =>
    all.filter(({ name }) => name === 'EXPOSE').every(({ text }) => /^\d{1,5}$/.test(text)),
}

test.each(Object.entries(rules))('the Dockerfile: %s', (_name, isKept) => {
  expect(isKept(parseDockerfile(read('deploy/Dockerfile')))).toBe(true)
})

test('the nginx guide buffers no event stream and takes no forwarded header from a client', () => {
  const [, config = ''] = /```nginx\n([\s\S]*?)```/.exec(read('deploy/nginx.md')) ?? []
  expect(config.match(/\{/g)?.length).toBe(config.match(/\}/g)?.length)
  for (const line of config.split('\n').map((text) => text.replace(/#.*/, '').trim())) {
    expect(line === '' || /[;{}]$/.test(line), line).toBe(true)
  }
  const [, events = ''] = /location = \/bff\/events \{([\s\S]*?)\}/.exec(config) ?? []
  expect(events).toContain('proxy_buffering off;')
  expect(config).not.toContain('$proxy_add_x_forwarded_for')
})
