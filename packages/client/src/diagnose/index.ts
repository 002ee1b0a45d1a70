export type { TokenLife } from '../kit.ts'
export type {
  Diagnosis,
  DiagnosisOptions,
  DiagnosisRecorder,
  TimelineEntry,
} from './create-diagnosis.ts'
export { createDiagnosis } from './create-diagnosis.ts'
