export { bffTable } from './bff-table.ts'
export { playCase } from './play-case.ts'
export {
  type TableAnswer,
  type TableCall,
  type TableCase,
  type TableStage,
  tableUser,
} from './stage.ts'
