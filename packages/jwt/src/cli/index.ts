export type { ExitCode, JwtCliProcess, Terminal } from './cli-process.ts'
export { describeJwtCommands } from './help.ts'
export { createNodeTerminal, heedWriteErrors } from './node-terminal.ts'
export { isJwtCommand, runJwtCommand } from './run-jwt-command.ts'
