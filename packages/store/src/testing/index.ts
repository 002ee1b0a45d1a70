export type { StoreContractCase, StoreContractOptions } from './contract.ts'
export { storeContract } from './contract.ts'
