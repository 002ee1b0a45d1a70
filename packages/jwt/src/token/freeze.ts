/**
 * Freezes parsed JSON through and through. Its depth is bounded by the parser.
 *
 * A verified token may be handed out many times; nobody may change what the next one sees.
 */
export const freezeJson = <Json>(value: Json): Json => {
  if (typeof value !== 'object' || value === null) return value
  for (const member of Object.values(value)) freezeJson(member)
  return Object.freeze(value)
}
