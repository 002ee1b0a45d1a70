import { expect, test } from 'vitest'
import { idsInSource, idsOf, renderConformance, rowsOf } from './conformance.mjs'

const sections = [
  {
    section: 'Tokens',
    rules: [
      { id: 'J01', level: 'M', rule: 'One' },
      { id: 'J02', level: 'S', rule: 'Two' },
    ],
  },
  { section: 'Cookies', rules: [{ id: 'B100', level: 'P', rule: 'Three' }] },
]

const passing = (title: string, file = 'a.test.ts') => ({ file, title, passed: true })

test('a title may name several rules, at its start only', () => {
  expect(idsOf('J01 a token')).toEqual(['J01'])
  expect(idsOf('B40 B41, B100: every cookie')).toEqual(['B40', 'B41', 'B100'])
  expect(idsOf('as J01 says')).toEqual([])
  expect(idsOf('J0123 is no rule')).toEqual([])
  expect(idsOf('B11, encoded')).toEqual(['B11'])
})

test('ids are found in the text of a test file, in titles of any quotes', () => {
  const text = [
    "test('J01 one', run)",
    'test.each(table)(`B11 refused: %s`, run)',
    'it("C01 C02 three", run)',
    "// J99 in a comment, and const x = 'not J98 at the start'",
  ]
  expect(idsInSource(text.join('\n'))).toEqual(['J01', 'B11', 'C01', 'C02'])
})

test('a rule is met when it has tests and all of them passed', () => {
  const tests = [passing('J01 a'), passing('J01 b', 'b.test.ts'), passing('J02 c')]
  const failing = { ...passing('J02 d'), passed: false }
  const document = renderConformance(sections, [...tests, failing])
  expect(document).toContain(
    '| J01 | M | One | [a.test.ts](../a.test.ts)<br>[b.test.ts](../b.test.ts) | met |',
  )
  expect(document).toContain('| J02 | S | Two | [a.test.ts](../a.test.ts) | open |')
  expect(document).toContain('1 of 3 rules are met')
})

test('a rule without a test is listed as open, never left out', () => {
  expect(renderConformance(sections, [])).toContain('| B100 | P | Three |  | open |')
})

test('a test of an unknown rule is refused', () => {
  expect(() => renderConformance(sections, [passing('J77 x')])).toThrow('J77')
})

test('the rows of the document can be read back', () => {
  const tests = [passing('J01 B100 a'), passing('J01 b', 'b.test.ts')]
  expect(rowsOf(renderConformance(sections, tests))).toEqual([
    ['J01', 'a.test.ts'],
    ['J01', 'b.test.ts'],
    ['B100', 'a.test.ts'],
  ])
})
