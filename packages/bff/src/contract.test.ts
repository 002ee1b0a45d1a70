import { bffTable, playCase } from '@coatcheck/wire/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Harness } from './testing/harness.ts'
import { createTableHarness, createTableStage } from './testing/table-stage.ts'

let harness: Harness

beforeEach(async () => {
  harness = await createTableHarness()
})
afterEach(() => harness.close())

test.each(bffTable)('a real BFF answers: $title', async (row) => {
  expect(await playCase(createTableStage(harness), row)).toEqual([])
})
