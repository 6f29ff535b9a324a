// Packs the packages as they would be published, after a clean build, so that they contain nothing of an older one.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FOLDERS } from './packages/entry-points.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Builds and packs the packages into a new folder in the system's temporary folder.
 *
 * @returns the tarballs by the package's folder (`semconv`, …), in an order in which they can be installed, and a
 *   function that removes the folder of the tarballs
 */
export function pack() {
  const folder = mkdtempSync(join(tmpdir(), 'otel-sessions-packed-'))
  return { tarballs: packInto(folder), remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Builds and packs the packages into a folder, and returns the tarballs by the package's folder. */
export function packInto(folder) {
  for (const name of FOLDERS) rmSync(join(root, 'packages', name, 'dist'), { recursive: true, force: true })
  execFileSync('tsc', ['-b'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  return Object.fromEntries(FOLDERS.map((name) => [name, packOne(name, folder)]))
}

function packOne(folder, destination) {
  const cwd = join(root, 'packages', folder)
  execFileSync('pnpm', ['pack', '--pack-destination', destination], {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const { name, version } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'))
  return join(destination, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)
}
