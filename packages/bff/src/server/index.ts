export {
  type CoatcheckConfig,
  type CoatcheckConfigFile,
  defineConfig,
  type HeadersConfig,
  type ListenConfig,
  type LogConfig,
  type OperatorsConfig,
  type StaticConfig,
  type StoreConfig,
} from '../config/config.ts'
