import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Installs a workspace that the root does not install, exactly as its lockfile says, unless it is installed. Needs the
 * npm registry. Silent unless it fails.
 *
 * @param folder the folder of its package.json
 */
export function installWorkspace(folder: string): void {
  const wanted = readFileSync(join(folder, 'pnpm-lock.yaml'), 'utf8')
  // What is installed: a copy of the lockfile that it was installed from.
  const installed = join(folder, 'node_modules/.installed-from.yaml')
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return
  const pnpm = ['-y', 'pnpm@12.21.0', 'install', '--frozen-lockfile', '--reporter=append-only']
  try {
    execFileSync('npx', pnpm, { cwd: folder, stdio: 'pipe', encoding: 'utf8' })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`installing ${folder} failed:\n${stdout}${stderr}`)
  }
  writeFileSync(installed, wanted)
}
