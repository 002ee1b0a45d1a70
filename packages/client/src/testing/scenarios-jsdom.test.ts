// @vitest-environment jsdom
// The same tests in the other environment.
import './scenarios.test.ts'
