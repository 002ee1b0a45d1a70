/**
 * True when two secrets, or hashes of secrets, are the same text. Takes the same time wherever two
 * texts of one length differ, so that nobody finds a secret character by character. The only
 * function of this package that compares what must stay secret.
 */
export const isSameSecret = (a: string, b: string): boolean => {
  if (a.length !== b.length) return false
  let difference = 0
  for (let at = 0; at < a.length; at += 1) difference |= a.charCodeAt(at) ^ b.charCodeAt(at)
  return difference === 0
}
