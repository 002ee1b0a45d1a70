import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { filesBelow } from './lib/packages.mjs'
import { root } from './lib/run.mjs'
import { checkSnippets, findSnippets, readSnippets } from './lib/snippets.mjs'

const markdownBelow = async (folder: string): Promise<readonly string[]> =>
  (await filesBelow(join(root, folder), /\.md$/)).map((path) => relative(root, path))

const pages = (await readdir(root, { recursive: false }))
  .filter((path) => path.endsWith('.md'))
  .concat(
    await markdownBelow('docs'),
    await markdownBelow('packages'),
    await markdownBelow('examples'),
    ['bench/README.md'],
  )

const readText = (path: string): Promise<string> => readFile(join(root, path), 'utf8')

const snippets = (await Promise.all(pages.map(readSnippets))).flat()

test('every TypeScript snippet of the docs compiles against the sources', {
  timeout: 120_000,
}, () => {
  const typescript = snippets.filter(({ language }) => /^tsx?$/.test(language))
  expect(typescript.length).toBeGreaterThan(60)
  expect(checkSnippets(typescript)).toEqual([])
})

test('a snippet that has drifted is found, with its page and line', () => {
  const page = ['# Page', '```ts', "createVerifier({ isuer: 'x' })", '```', ''].join('\n')
  const complaints = checkSnippets(findSnippets('page.md', page))
  expect(complaints).toHaveLength(1)
  expect(complaints[0]).toMatch(/^page\.md:3 \+0: .*isuer/s)
})

/** Go names the major version of a module in its path; Debian's folder has none. */
const withoutMajor = (text: string): string => text.replace('golang-jwt/jwt/v5', 'golang-jwt/jwt')

test.each([
  ['login-in-ten-lines.md', 'login-in-ten-lines.ts'],
  ['login-in-ten-lines.md', 'login-in-a-browser.ts'],
  ['recipes/fastify.md', 'recipes/fastify-api.ts'],
  ['recipes/fastapi.md', 'peers/python/verify_access_token.py'],
  ['recipes/go.md', 'peers/golang/verify.go'],
  ['recipes/node-libraries.md', 'peers/verify-with-jsonwebtoken.ts'],
  ['recipes/node-libraries.md', 'peers/verify-with-fast-jwt.ts'],
])('%s shows %s as it is run', async (page, file) => {
  const shown = snippets.filter(({ name }) => name.startsWith(`docs/guides/${page}:`))
  expect(shown.map(({ text }) => withoutMajor(text))).toContain(await readText(`interop/${file}`))
})

/** Whether the file has what the link says: a name in backticks, the id of a rule, or anything. */
const holds = async (file: string, label: string): Promise<boolean> => {
  const name = /^(?:`([\w.-]+)`|([A-Z]\d+))$/.exec(label)?.slice(1).find(Boolean)
  if (name === undefined || name === basename(file)) return true
  return new RegExp(`\\b${name}\\b`).test(await readText(file))
}

test('every link of the docs leads to a file that has what the link says', async () => {
  const faults: string[] = []
  for (const page of pages) {
    for (const [, label = '', target = ''] of (await readText(page)).matchAll(
      /\[([^\]]+)\]\((?!https?:)([^)#]+)[^)]*\)/g,
    )) {
      const file = join(dirname(page), target)
      const isRight =
        existsSync(join(root, file)) &&
        (target.endsWith('.md') || !/\.\w+$/.test(target) || (await holds(file, label)))
      if (!isRight) faults.push(`${page}: ${label} → ${target}`)
    }
  }
  expect(faults).toEqual([])
})
