import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'cli/index': 'src/cli/index.ts',
    'cli/main': 'src/cli/main.ts',
    'diagnose/index': 'src/diagnose/index.ts',
    'express/index': 'src/express/index.ts',
    'fetch/index': 'src/fetch/index.ts',
    'koa/index': 'src/koa/index.ts',
  },
  format: 'esm',
  platform: 'neutral',
  // Of the commands alone; the tests hold all else to using nothing of Node.
  deps: { neverBundle: [/^node:/] },
  target: 'es2022',
  dts: true,
  fixedExtension: false,
})
