import { maximumDepth } from '../defaults.ts'

/** Outcome of {@link parseStrictJson}; a refusal says why in fixed words. */
export type StrictJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string }

const quote = 0x22
const comma = 0x2c
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

const loneSurrogate = /\p{Surrogate}/u

/** Index of the quote that ends the string which starts at `start`, or -1. */
const endOfString = (text: string, start: number): number => {
  let index = start + 1
  while (index < text.length) {
    const code = text.charCodeAt(index)
    if (code === quote) return index
    index += code === backslash ? 2 : 1
  }
  return -1
}

/** The string's value, or `undefined` when it is not one that every parser reads alike. */
const readString = (literal: string): string | undefined => {
  if (!literal.includes('\\')) return literal.slice(1, -1)
  try {
    const value = JSON.parse(literal) as string
    return loneSurrogate.test(value) ? undefined : value
  } catch {
    return undefined
  }
}

/** Where a walk over the text stands. */
interface Walk {
  /** The names seen in each open object; `undefined` stands for an open array. */
  readonly open: (Set<string> | undefined)[]
  /** The innermost of `open`. */
  names: Set<string> | undefined
  isNameNext: boolean
}

const enter = (walk: Walk, names: Set<string> | undefined): string | undefined => {
  walk.open.push(names)
  walk.names = names
  walk.isNameNext = names !== undefined
  return walk.open.length > maximumDepth ? 'it is nested too deeply' : undefined
}

const leave = (walk: Walk): undefined => {
  walk.open.pop()
  walk.names = walk.open[walk.open.length - 1]
  walk.isNameNext = false
}

const visitString = (walk: Walk, literal: string): string | undefined => {
  const value = readString(literal)
  if (value === undefined) return 'a string is not well formed'
  if (!walk.isNameNext || walk.names === undefined) return undefined
  if (walk.names.has(value)) return 'a member name is repeated'
  walk.names.add(value)
  walk.isNameNext = false
  return undefined
}

const visitStructure = (walk: Walk, code: number): string | undefined => {
  if (code === openBrace) return enter(walk, new Set())
  if (code === openBracket) return enter(walk, undefined)
  if (code === closeBrace || code === closeBracket) return leave(walk)
  if (code === comma) walk.isNameNext = walk.names !== undefined
  return undefined
}

/**
 * Walks over the text and says what `JSON.parse` would let pass although two parsers may disagree
 * about it: repeated member names (RFC 7515, section 4; RFC 7519, section 4), lone surrogates
 * (RFC 7493, section 2.1), nesting without bound. The grammar itself is left to `JSON.parse`, so a
 * text that is not JSON may get any answer here.
 */
const findHazard = (text: string): string | undefined => {
  const hasEscapes = text.includes('\\')
  const walk: Walk = { open: [], names: undefined, isNameNext: false }
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    let hazard: string | undefined
    if (code === quote) {
      const end = hasEscapes ? endOfString(text, index) : text.indexOf('"', index + 1)
      if (end === -1) return 'a string does not end'
      if (hasEscapes || walk.isNameNext) hazard = visitString(walk, text.slice(index, end + 1))
      index = end
    } else hazard = visitStructure(walk, code)
    if (hazard !== undefined) return hazard
  }
  return undefined
}

/** Parses JSON that every parser reads alike, and refuses all other. Never throws. */
export const parseStrictJson = (text: string): StrictJson => {
  const hazard = findHazard(text)
  if (hazard !== undefined) return { ok: false, reason: hazard }
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false, reason: 'it is not JSON' }
  }
}

/**
 * Decodes UTF-8; `undefined` when the octets are not UTF-8, instead of replacing what is broken. A
 * byte order mark is kept, for the JSON grammar to refuse.
 */
export const decodeUtf8 = (octets: Uint8Array<ArrayBuffer>): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets)
  } catch {
    return undefined
  }
}

/** True for what a JSON object parses to. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
