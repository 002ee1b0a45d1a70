/** Authorization requests pushed beforehand (RFC 9126), by their `request_uri`. */
export interface PushedRequests {
  push(parameters: URLSearchParams): string
  /** Parameters of an authorization URL, looked up where they were pushed. */
  resolve(authorizationUrl: string): URLSearchParams
}

export const createPushedRequests = (): PushedRequests => {
  const pushed = new Map<string, URLSearchParams>()
  return {
    push: (parameters) => {
      const requestUri = `urn:ietf:params:oauth:request_uri:${pushed.size}`
      pushed.set(requestUri, parameters)
      return requestUri
    },
    resolve: (authorizationUrl) => {
      const { searchParams } = new URL(authorizationUrl)
      return pushed.get(searchParams.get('request_uri') ?? '') ?? searchParams
    },
  }
}
