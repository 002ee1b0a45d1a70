import { readFileSync } from 'node:fs'

/** Version of an installed npm package of this folder. */
export const readVersion = (name: string): string => {
  const path = new URL(`../node_modules/${name}/package.json`, import.meta.url)
  return (JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string }).version
}
