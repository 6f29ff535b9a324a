import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const folder = fileURLToPath(new URL('.', import.meta.url))
const lockfile = `${folder}pnpm-lock.yaml`
/** What is installed: a copy of the lockfile that it was installed from. */
const installed = `${folder}node_modules/.installed-from.yaml`

/** Installs the other libraries, exactly those of the lockfile, unless they are there. Needs the npm registry. */
export async function installPeers(): Promise<void> {
  const wanted = readFileSync(lockfile, 'utf8')
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return
  const pnpm = ['-y', 'pnpm@12.21.0', 'install', '--frozen-lockfile', '--reporter=silent']
  await promisify(execFile)('npx', pnpm, { cwd: folder })
  writeFileSync(installed, wanted)
}

/**
 * Imports one of the other libraries from this folder's own `node_modules`, with its own copy of the API.
 * The caller says what it uses of it, so that type checks do not need the packages.
 */
export async function loadPeer<T>(name: string): Promise<T> {
  const module = await import(name)
  // Of a CommonJS bundle Node may not find the names; its `default` has them all.
  return module.default === undefined ? module : { ...module.default, ...module }
}
