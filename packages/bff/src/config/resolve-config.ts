import { dirname, resolve } from 'node:path'
import { createMemoryStore } from '@coatcheck/store'
import type * as z from 'zod'
import { sayWhatIsWanted } from '../describe-option-fault.ts'
import { BffError } from '../errors.ts'
import { optionNames } from '../options-schema.ts'
import { resolveOptions } from '../resolve-options.ts'
import { findContradictions } from './contradictions.ts'
import { serverDefaults } from './defaults.ts'
import type { EnvironmentValues } from './environment.ts'
import type { ConfigFile } from './load-config-file.ts'
import { nearestName, showName } from './nearest-name.ts'
import type { ServerConfig } from './server-config.ts'
import {
  type ParsedServerOptions,
  serverNamesAt,
  serverOptionNames,
  serverSchema,
} from './server-schema.ts'

/** What a check found. */
export type ConfigCheck =
  | { readonly kind: 'good'; readonly config: ServerConfig; readonly warnings: readonly string[] }
  | {
      readonly kind: 'faulty'
      readonly faults: readonly string[]
      readonly warnings: readonly string[]
    }

type Raw = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The file's values with the environment's laid over them. */
const overlay = (file: Raw, values: ReadonlyMap<string, unknown>): Raw => {
  const merged: Record<string, unknown> = { ...file }
  for (const [path, value] of values) {
    const [top = '', member] = path.split('.')
    if (member === undefined) {
      merged[top] = value
      continue
    }
    const part = merged[top]
    merged[top] = { ...(isObject(part) ? part : {}), [member]: value }
  }
  return merged
}

/** What only a program can give to `createBff`. */
const programOnly = new Set(['store', 'log', 'now', 'fetch', 'randomBytes'])

const bffNames = (): readonly string[] => optionNames([]).filter((name) => !programOnly.has(name))

const describeServerFault = (issue: z.core.$ZodIssue): readonly string[] => {
  const at = issue.path.map((part) => showName(String(part))).join('.')
  if (issue.code !== 'unrecognized_keys') return [`${at}: ${issue.message}`]
  return issue.keys.map(
    (key) =>
      `${at}.${showName(key)}: is no option; did you mean ${nearestName(key, serverNamesAt(issue.path))}?`,
  )
}

/** The lines `createBff` would refuse these options with. */
const findBffFaults = (options: ServerConfig['bff']): readonly string[] => {
  try {
    resolveOptions({ ...options, store: createMemoryStore() })
    return []
  } catch (error) {
    if (!(error instanceof BffError)) throw error
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim())
  }
}

/** Names the variable a faulty value came from, since that is what must be mended. */
const nameSource =
  (names: ReadonlyMap<string, string>) =>
  (line: string): string => {
    const [path = ''] = line.split(':', 1)
    const source = [...names].find(([from]) => path === from || path.startsWith(`${from}.`))?.[1]
    return source === undefined ? line : `${source} (${path})${line.slice(path.length)}`
  }

/** A path means what it means where it was written. */
const createLocator =
  ({ file, cwd, names }: Sources) =>
  (option: string, path: string): string =>
    resolve(file === undefined || names.has(option) ? cwd : dirname(file.path), path)

interface Sources {
  readonly file: ConfigFile | undefined
  readonly cwd: string
  readonly names: ReadonlyMap<string, string>
}

const complete = (
  bff: ServerConfig['bff'],
  parsed: ParsedServerOptions,
  sources: Sources,
): ServerConfig => {
  const locate = createLocator(sources)
  const { path = serverDefaults.sqlitePath, synchronous = 'normal', url } = parsed.store
  const { directory } = parsed.static
  return {
    ...parsed,
    bff,
    store:
      url === undefined
        ? { kind: 'sqlite', path: locate('store.path', path), synchronous }
        : {
            kind: 'redis',
            url,
            prefix: parsed.store.prefix,
            waitReplicas: parsed.store.waitReplicas ?? 0,
          },
    static: {
      ...parsed.static,
      directory: directory === undefined ? undefined : locate('static.directory', directory),
    },
  }
}

const separate = (raw: Raw) => {
  const pick = (names: readonly string[]) =>
    Object.fromEntries(Object.entries(raw).filter(([name]) => names.includes(name)))
  const known = [...bffNames(), ...serverOptionNames]
  return {
    // Checked below, by the same rules that createBff applies.
    bff: pick(bffNames()) as unknown as ServerConfig['bff'],
    server: pick(serverOptionNames),
    unknown: Object.keys(raw)
      .filter((name) => !known.includes(name))
      .map((name) => `${showName(name)}: is no option; did you mean ${nearestName(name, known)}?`),
  }
}

/** What a configuration is made from. */
export interface ConfigSources {
  readonly file: ConfigFile | undefined
  readonly environment: EnvironmentValues
  /** Folder that paths in the environment are relative to. */
  readonly cwd: string
  /** `production` refuses what is made for development. */
  readonly mode: 'production' | 'development'
}

/** Checks every value of file and environment at once; the environment wins over the file. */
export const resolveConfig = ({ file, environment, cwd, mode }: ConfigSources): ConfigCheck => {
  const { names, warnings } = environment
  const { bff, server, unknown } = separate(overlay(file?.content ?? {}, environment.values))
  const result = serverSchema.safeParse(server, { error: sayWhatIsWanted })
  const faults = [
    ...unknown,
    ...findBffFaults(bff),
    ...(result.success ? [] : result.error.issues.flatMap(describeServerFault)),
  ]
  if (!result.success || faults.length > 0 || environment.faults.length > 0) {
    return {
      kind: 'faulty',
      faults: [...environment.faults, ...faults.map(nameSource(names))],
      warnings,
    }
  }
  const config = complete(bff, result.data, { file, cwd, names })
  const found = findContradictions({ config, parsed: result.data, mode })
  if (found.faults.length > 0) {
    return { kind: 'faulty', faults: found.faults.map(nameSource(names)), warnings }
  }
  return { kind: 'good', config, warnings: [...warnings, ...found.warnings] }
}
