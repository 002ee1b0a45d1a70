export type { DevtoolsOptions, DevtoolsPosition, MountedDevtools } from './mount-devtools.ts'
export { mountDevtools } from './mount-devtools.ts'
