import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'devices/index': 'src/devices/index.ts',
    'devtools/index': 'src/devtools/index.ts',
    'diagnose/index': 'src/diagnose/index.ts',
    'guard/index': 'src/guard/index.ts',
    'ky/index': 'src/ky/index.ts',
    'live/index': 'src/live/index.ts',
    'oidc-client-ts/index': 'src/oidc-client-ts/index.ts',
    'popup/index': 'src/popup/index.ts',
    'react/index': 'src/react/index.ts',
    'return-to/index': 'src/return-to/index.ts',
    'step-up/index': 'src/step-up/index.ts',
    'svelte/index': 'src/svelte/index.ts',
    'testing/index': 'src/testing/index.ts',
    'vue/index': 'src/vue/index.ts',
  },
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  dts: true,
  // Defaults are named in a file of their own and cost nothing for it.
  inputOptions: { optimization: { inlineConst: true } },
  // The app's bundler decides what is development, not ours.
  define: { 'process.env.NODE_ENV': 'process.env.NODE_ENV' },
  fixedExtension: false,
})
