const countMembers = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 0
  const own = Array.isArray(value) ? 0 : Object.keys(value).length
  return Object.values(value).reduce<number>((sum, member) => sum + countMembers(member), own)
}

/** Every text in valid JSON; one that a colon follows is the name of a member. */
const texts = /"(?:[^"\\]|\\.)*"(\s*:)?/g

/**
 * Parses JSON, but for objects that name a member twice: parsers differ in which one counts
 * (RFC 8725, section 2.4; RFC 7519, section 4). `undefined` for whatever is refused.
 */
export const parseStrictJson = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text)
    const names = [...text.matchAll(texts)].filter(([, colon]) => colon !== undefined)
    return names.length === countMembers(value) ? value : undefined
  } catch {
    return undefined
  }
}
