import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'sqlite/index': 'src/sqlite/index.ts',
    'redis/index': 'src/redis/index.ts',
    'testing/index': 'src/testing/index.ts',
    'testing/servers/index': 'src/testing/servers/index.ts',
  },
  format: 'esm',
  platform: 'node',
  target: 'es2022',
  dts: true,
  fixedExtension: false,
})
