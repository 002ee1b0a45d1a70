export { readReturnTo } from './read-return-to.ts'
