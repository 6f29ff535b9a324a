// Packs the packages as they would be published, after a clean build, so that they contain nothing of an older one.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const PACKAGES = ['semconv', 'processor', 'exporter', 'analytics']

/**
 * Builds and packs the packages into a new folder in the system's temporary folder.
 *
 * @returns the tarballs by package name (`semconv`, …), in an order in which they can be installed, and a function
 *   that removes the folder
 */
export function pack() {
  const folder = mkdtempSync(join(tmpdir(), 'otel-sessions-packed-'))
  return { tarballs: packInto(folder), remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Builds and packs the packages into a folder, and returns the tarballs by package name. */
export function packInto(folder) {
  for (const name of PACKAGES) rmSync(join(root, 'packages', name, 'dist'), { recursive: true, force: true })
  execFileSync('tsc', ['-b'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  return Object.fromEntries(PACKAGES.map((name) => [name, packOne(name, folder)]))
}

function packOne(name, folder) {
  execFileSync('pnpm', ['pack', '--pack-destination', folder], {
    cwd: join(root, 'packages', name),
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return join(
    folder,
    readdirSync(folder).find((file) => file.startsWith(`otel-sessions-${name}-`)),
  )
}
