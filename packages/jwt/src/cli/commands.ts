import type { Command } from './command.ts'
import { jwksCheck } from './jwks-check.ts'
import { keysCheck } from './keys-check.ts'
import { keysGenerate } from './keys-generate.ts'
import { secretGenerate } from './secret-generate.ts'
import { tokenInspect } from './token-inspect.ts'
import { tokenVerify } from './token-verify.ts'

/** The one table of commands. */
export const commands: readonly Command[] = [
  tokenInspect,
  tokenVerify,
  keysGenerate,
  keysCheck,
  secretGenerate,
  jwksCheck,
]
