import { maximumDepth } from '../defaults.ts'
import { decodeToBytes, hasCanonicalEnd } from '../token/base64url.ts'
import { isRecord, parseStrictJson } from '../token/json.ts'
import type { Finding } from './finding.ts'
import { error } from './finding.ts'

/** A segment as far as it can be read. */
export interface ReadSegment {
  readonly members: Readonly<Record<string, unknown>> | undefined
  readonly findings: readonly Finding[]
}

const depthOf = (value: unknown): number => {
  let depth = 0
  let level: readonly unknown[] = [value]
  while (level.length > 0 && depth <= maximumDepth) {
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null ? Object.values(one) : [],
    )
    depth += 1
  }
  return depth
}

/** Reads what other parsers would read, where strict reading refuses it. */
const parseLeniently = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text)
    return depthOf(value) <= maximumDepth ? value : undefined
  } catch {
    return undefined
  }
}

const decodeLeniently = (segment: string): Uint8Array<ArrayBuffer> | undefined => {
  try {
    return decodeToBytes(segment.replaceAll('=', ''))
  } catch {
    return undefined
  }
}

const findSpelling = (segment: string, name: string): readonly Finding[] => {
  if (!/^[A-Za-z0-9_-]*$/.test(segment)) {
    const message = `The ${name} holds characters outside base64url (no padding, no "+" or "/").`
    return [error('base64url_invalid', message)]
  }
  if (hasCanonicalEnd(segment)) return []
  const message = `The ${name} is not canonical base64url: its last bits are not zero, so the same token has several spellings.`
  return [error('base64url_not_canonical', message)]
}

const codeOf = (reason: string): string => {
  if (reason.includes('repeated')) return 'member_repeated'
  return reason.includes('deeply') ? 'nested_too_deeply' : 'json_invalid'
}

/** Decodes one segment of a token and says what strict reading would refuse. Never throws. */
export const readSegment = (segment: string, name: string): ReadSegment => {
  const spelling = findSpelling(segment, name)
  const octets = decodeLeniently(segment)
  if (octets === undefined) {
    const undecodable = error('base64url_invalid', `The ${name} cannot be decoded.`)
    return { members: undefined, findings: spelling.length > 0 ? spelling : [undecodable] }
  }
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(octets)
  const findings = [...spelling]
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets)
  } catch {
    findings.push(error('utf8_invalid', `The ${name} is not UTF-8.`))
  }
  const json = parseStrictJson(text)
  if (!json.ok) findings.push(error(codeOf(json.reason), `The ${name}: ${json.reason}.`))
  const value = json.ok ? json.value : parseLeniently(text)
  if (isRecord(value)) return { members: value, findings }
  if (json.ok) findings.push(error('not_an_object', `The ${name} is JSON, but not an object.`))
  return { members: undefined, findings }
}
