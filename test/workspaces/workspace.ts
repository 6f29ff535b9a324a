import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))

/**
 * Checks the types of a workspace, because the root does not install what it imports.
 *
 * @param folder the folder of its tsconfig.json
 * @throws Error with what the compiler says
 */
export function checkTypes(folder: string): void {
  try {
    execFileSync(process.execPath, [tsc, '-p', folder], { stdio: 'pipe', encoding: 'utf8' })
  } catch (error) {
    throw new Error(`the type check of ${folder} fails:\n${(error as { stdout: string }).stdout}`)
  }
}

/** The name and version of a package that a workspace has installed, such as `express@5.3.0`; an alias has its own. */
export function installedVersion(folder: string, library: string): string {
  const file = readFileSync(join(folder, 'node_modules', library, 'package.json'), 'utf8')
  const { name, version } = JSON.parse(file) as { name: string; version: string }
  return `${name}@${version}`
}
