import { execFileSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { installWorkspace } from '../../../scripts/install-workspace.ts'
import { workspaceFolder } from './families.ts'

const ROOT = new URL('../../../', import.meta.url)

/**
 * Installs a workspace's lockfile unless it is installed, adds the last build of our packages, and checks the types of
 * its programs. Needs the npm registry.
 */
export function install(workspace: string): void {
  const folder = workspaceFolder(workspace)
  installWorkspace(fileURLToPath(folder))
  for (const name of ['semconv', 'processor']) copyPackage(name, folder)
  const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', ROOT))
  try {
    execFileSync(process.execPath, [tsc, '-p', '.'], { cwd: folder, stdio: 'pipe', encoding: 'utf8' })
  } catch (error) {
    throw new Error(
      `the type check of the workspace ${workspace} fails:\n${(error as { stdout: string }).stdout}`,
    )
  }
}

/** Copies it as a real directory: a link would resolve the root's copy of the API. */
function copyPackage(name: string, folder: URL): void {
  const target = new URL(`node_modules/@otel-sessions/${name}/`, folder)
  rmSync(target, { recursive: true, force: true })
  for (const part of ['package.json', 'dist']) {
    cpSync(new URL(`packages/${name}/${part}`, ROOT), new URL(part, target), { recursive: true })
  }
}
