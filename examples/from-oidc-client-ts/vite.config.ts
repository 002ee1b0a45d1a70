import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [react()],
  // The line that moves the app.
  resolve: { alias: { 'oidc-client-ts': '@coatcheck/client/oidc-client-ts' } },
})
