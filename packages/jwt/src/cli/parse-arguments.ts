import { parseArgs } from 'node:util'
import { misconfigured, requireKnownOptions } from '../options.ts'
import type { Command, GivenOptions } from './command.ts'

/** A call of a command, read. */
export interface Call extends GivenOptions {
  readonly argument: string
  readonly format: 'json' | 'lines'
  readonly wants: 'run' | 'help'
}

const flags = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const

/** Names that are surely no part of a token or key. */
const isPlainName = (name: string): boolean => /^[a-z][a-z-]{0,24}$/.test(name)

/** What was given is not repeated, but for the plain name of an option. */
const requireKnown = (name: string, command: Command): void => {
  const known = [...Object.keys(command.options), ...Object.keys(flags)]
  if (known.includes(name)) return
  if (isPlainName(name)) requireKnownOptions({ [name]: '' }, known, command.words)
  throw misconfigured(`${command.words} has no such option.`)
}

const readArgument = (positionals: readonly string[], { words, argument }: Command): string => {
  const [first] = positionals
  if (argument !== 'required') {
    if (first === undefined) return ''
    throw misconfigured(argument.refusal)
  }
  if (first !== undefined && positionals.length === 1) return first
  throw misconfigured(`${words} takes one argument.`)
}

const readValue = (name: string, value: string | undefined, isFlag: boolean): string => {
  if (isFlag) {
    if (value === undefined) return ''
    throw misconfigured(`--${name} takes no value.`)
  }
  if (value !== undefined && value !== '') return value
  throw misconfigured(`--${name} needs a value.`)
}

/**
 * Reads what follows the words of a command.
 *
 * @throws JwtError `configuration_invalid`, never with an argument or a value in it
 */
export const parseArguments = (given: readonly string[], command: Command): Call => {
  const ownOptions = Object.keys(command.options).map((name) => [name, { type: 'string' }] as const)
  const { tokens, positionals } = parseArgs({
    args: [...given],
    options: { ...Object.fromEntries(ownOptions), ...flags },
    // Its own complaints would repeat what was given.
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const texts: Record<string, string> = {}
  const lists: Record<string, string[]> = {}
  const seen = new Set<string>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const { name } = token
    requireKnown(name, command)
    const value = readValue(name, token.value, Object.hasOwn(flags, name))
    if (command.options[name]?.kind === 'list') {
      lists[name] = [...(lists[name] ?? []), ...value.split(',')]
    } else if (seen.has(name)) throw misconfigured(`--${name} is given twice.`)
    else texts[name] = value
    seen.add(name)
  }
  if (seen.has('help')) return { texts, lists, argument: '', format: 'lines', wants: 'help' }
  const argument = readArgument(positionals, command)
  return { texts, lists, argument, format: seen.has('json') ? 'json' : 'lines', wants: 'run' }
}
