import { fileURLToPath } from 'node:url'
import { installWorkspace } from '../scripts/install-workspace.ts'

/** Installs the other libraries, exactly those of the lockfile, unless they are there. Needs the npm registry. */
export function installPeers(): void {
  installWorkspace(fileURLToPath(new URL('.', import.meta.url)))
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
