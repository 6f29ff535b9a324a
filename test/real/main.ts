/**
 * `npx -y pnpm@12.21.0 test:real [collector] [phoenix] [mlflow] [--require]`: real servers, fed by what a user would run.
 *
 * Each installs itself into a folder of the user's at its first run. One whose toolchain is missing says so and
 * is skipped; with `--require` that is a failure.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const SERVERS = ['collector', 'phoenix', 'mlflow']
const flags = process.argv.slice(2).filter((word) => word.startsWith('--'))
const named = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const unknown = named.filter((name) => !SERVERS.includes(name))
if (unknown.length > 0)
  throw new Error(`there is no server ${unknown.join(', ')}; there are ${SERVERS.join(', ')}`)

for (const server of named.length > 0 ? named : SERVERS) {
  const program = fileURLToPath(new URL(`${server}.ts`, import.meta.url))
  const { status } = spawnSync(process.execPath, [program, ...flags], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
