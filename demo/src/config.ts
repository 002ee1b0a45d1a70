/** What the server tells the page. */
export interface Config {
  readonly apiOrigin: string
  /** Life of a fresh access token. */
  readonly accessTokenSeconds: number
}

const readMeta = (page: Document, name: string): string => {
  const content = page.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content
  if (content === undefined) throw new Error(`The page lacks its setting "${name}".`)
  return content
}

/** Reads the settings from the document itself, so that no request has to be made for them. */
export const readConfig = (page: Document): Config => ({
  apiOrigin: readMeta(page, 'api-origin'),
  accessTokenSeconds: Number(readMeta(page, 'access-token-seconds')),
})
