import assert from 'node:assert/strict'
import type { CaseTemplate } from './fixture.ts'

const oddTexts: readonly string[] = [
  '',
  ' ',
  ' padded ',
  '0',
  '-1',
  '1e999',
  'null',
  'undefined',
  'true',
  '{"a":[1,2,{"b":null}]}',
  `'; DROP TABLE entries; --`,
  '"double" \'single\' `back`',
  'a\u0000b',
  '\r\n\t\u001b',
  '\u007f\u0080\u009f',
  '\ufeffmarked',
  'e\u0301 is not \u00e9',
  '\u202eright to left',
  'Grüße, 世界, שלום, 🧥🎟️',
  '\u{10ffff}',
]

/** Keys that a careless adapter would fold into one. */
const lookAlikes: readonly string[] = [
  'key',
  'Key',
  'KEY',
  'key ',
  ' key',
  'key\t',
  'kéy',
  'ke\u0301y',
  'k%65y',
  'key*',
  'k?y',
  'key:',
  '{key}',
  "key'",
  'key\\',
  'ｋｅｙ',
]

/** Text comes back exactly as it went in. */
export const textCases: readonly CaseTemplate[] = [
  {
    name: 'values come back exactly as they were written',
    check: async ({ store, key, value }) => {
      for (const [index, text] of oddTexts.entries()) {
        const name = key(`text-${index}`)
        const version = (await store.put(name, value(text))) ?? ''
        assert.equal((await store.get(name))?.value, text)
        await store.swap(name, version, value(`${text}${text}`))
        assert.equal((await store.take(name))?.value, `${text}${text}`)
      }
    },
  },
  {
    name: 'a value of a mebibyte in several alphabets comes back whole',
    check: async ({ store, key, value }) => {
      const large = 'aä世🧥'.repeat(120_000)
      await store.put(key('large'), value(large))
      assert.ok((await store.get(key('large')))?.value === large, 'the large value differs')
    },
  },
  {
    name: 'keys that look alike are different keys',
    check: async ({ store, key, value }) => {
      for (const name of lookAlikes) assert.ok(await store.put(key(name), value(name)), name)
      for (const name of lookAlikes) {
        assert.equal((await store.get(key(name)))?.value, name)
        await store.drop(key(name))
      }
    },
  },
]
