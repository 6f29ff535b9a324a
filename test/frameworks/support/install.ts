import { execFile } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { installWorkspace } from '../../../scripts/install-workspace.ts'
import { folderOf } from './opentelemetry.ts'

const packages = new URL('../../../packages/', import.meta.url)
const run = promisify(execFile)

/**
 * Installs a folder's lockfile unless it is installed, adds the last build of our packages, and checks the types of
 * the folder's programs. Needs the npm registry.
 */
export async function install(name: string): Promise<void> {
  const folder = folderOf(name)
  installWorkspace(fileURLToPath(folder))
  for (const each of ['semconv', 'processor', 'exporter']) addOurs(folder, each)
  await checkTypes(folder)
}

/** Copies them as real directories: a link would resolve the root's copy of the API. */
function addOurs(folder: URL, name: string): void {
  const target = new URL(`node_modules/@otel-sessions/${name}/`, folder)
  rmSync(target, { recursive: true, force: true })
  for (const part of ['package.json', 'dist']) {
    cpSync(new URL(`${name}/${part}`, packages), new URL(part, target), { recursive: true })
  }
}

/** Checks types where the packages are installed, because the root does not have them. */
async function checkTypes(folder: URL): Promise<void> {
  const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', packages))
  try {
    await run(process.execPath, [tsc, '-p', '.'], { cwd: folder })
  } catch (error) {
    throw new Error(
      `the type check of ${fileURLToPath(folder)} fails:\n${(error as { stdout: string }).stdout}`,
    )
  }
}
