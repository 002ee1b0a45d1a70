import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The repository's root folder. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Runs a command at the root (or in `cwd`) and resolves to all it printed.
 * Rejects with the output as message when it fails.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ readonly cwd?: string }} [options]
 * @returns {Promise<string>}
 */
export const run = (command, args, { cwd = root } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const collect = (/** @type {Buffer} */ chunk) => {
      output += chunk
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(output)
      else reject(new Error(output.trimEnd() || `${command} ended with ${code}`))
    })
  })

/**
 * Runs a tool that is installed at the root.
 *
 * @param {string} name
 * @param {readonly string[]} args
 * @param {{ readonly cwd?: string }} [options]
 */
export const runBin = (name, args, options) =>
  run(`${root}node_modules/.bin/${name}`, args, options)

/**
 * Runs the package manager that runs us, or the pinned one when started by node itself.
 *
 * @param {readonly string[]} args
 * @param {{ readonly cwd?: string }} [options]
 */
export const runPnpm = (args, options) => {
  const { npm_execpath: running } = process.env
  return running?.includes('pnpm')
    ? run(process.execPath, [running, ...args], options)
    : run('npx', ['-y', 'pnpm@10.34.9', ...args], options)
}
