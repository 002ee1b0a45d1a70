/** Whether a host name of a URL stays on this machine (RFC 6761 section 6.3, RFC 8252 section 7.3). */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  hostname === '[::1]' ||
  /^127(\.\d{1,3}){3}$/.test(hostname)
