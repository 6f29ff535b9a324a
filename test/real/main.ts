/**
 * `npx -y pnpm@12.21.0 test:real [collector] [phoenix] [mlflow] [--require]`: tests with real servers and applications.
 *
 * Each server is installed into a cache of the user at its first run. A server whose toolchain is missing is skipped
 * with a message; with `--require` that is a failure.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const SERVERS = ['collector', 'phoenix', 'mlflow']
const flags = process.argv.slice(2).filter((word) => word.startsWith('--'))
const named = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const unknown = named.filter((name) => !SERVERS.includes(name))
if (unknown.length > 0)
  throw new Error(`unknown: ${unknown.join(', ')}; the servers are ${SERVERS.join(', ')}`)

for (const server of named.length > 0 ? named : SERVERS) {
  const program = fileURLToPath(new URL(`${server}.ts`, import.meta.url))
  const { status } = spawnSync(process.execPath, [program, ...flags], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
