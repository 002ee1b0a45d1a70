// @vitest-environment jsdom
// The same tests in the other environment, C25 among them.
import './scenarios.test.ts'
