import { isLoopback } from './is-loopback.ts'

/** Whether a text is an absolute https URL, or an http URL that does not leave this machine. */
export const isSecureUrl = (text: string): boolean => {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}
