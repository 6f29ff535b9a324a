import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder `docs/`. */
export const docs = fileURLToPath(new URL('..', import.meta.url))
const lockfile = `${docs}pnpm-lock.yaml`
/** What is installed: a copy of the lockfile that it was installed from. */
const installed = `${docs}node_modules/.installed-from.yaml`

/**
 * Installs VitePress and TypeDoc, exactly as the lockfile says, unless they are there. Needs the npm registry.
 * Silent unless it fails.
 */
export function installSite(): void {
  const wanted = readFileSync(lockfile, 'utf8')
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return
  const pnpm = ['-y', 'pnpm@12.21.0', 'install', '--frozen-lockfile', '--reporter=append-only']
  try {
    execFileSync('npx', pnpm, { cwd: docs, stdio: 'pipe', encoding: 'utf8' })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`installing docs/ failed:\n${stdout}${stderr}`)
  }
  writeFileSync(installed, wanted)
}
