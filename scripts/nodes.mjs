// The Node versions that the tests use, without a global installation: the binaries that the npm package `node`
// installs, each in its own cache folder.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const cache = join(root, 'node_modules/.cache/otel-sessions/nodes')

/** The newest release of every supported Node line. */
export const NODES = { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0', 26: '26.10.0' }

/**
 * The binary of a Node version, installed by the first call and cached in `node_modules/.cache`.
 *
 * @param {string} version such as `20.20.2`
 * @returns {string} its path
 */
export function nodeBinary(version) {
  if (process.version === `v${version}`) return process.execPath
  const kept = join(cache, version, 'node_modules', packageName(), 'bin/node')
  if (!existsSync(kept)) install(version)
  const found = execFileSync(kept, ['--version'], { encoding: 'utf8' }).trim()
  if (found !== `v${version}`) throw new Error(`${kept} is Node ${found}, not v${version}`)
  return kept
}

// The install script of the package `node` fetches this package; npm may be configured not to run scripts.
function packageName() {
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'
  return `${prefix}-${process.platform}-${process.arch}`
}

function install(version) {
  mkdirSync(cache, { recursive: true })
  // Renamed when complete, so that an aborted run leaves no partial installation behind.
  const folder = mkdtempSync(join(cache, 'installing-'))
  try {
    const wanted = `${packageName()}@${version}`
    execFileSync(
      'npm',
      ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--loglevel=error', wanted],
      { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
    )
    keep(folder, version)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function keep(folder, version) {
  const manifest = join(folder, 'node_modules', packageName(), 'package.json')
  const { version: installed } = JSON.parse(readFileSync(manifest, 'utf8'))
  if (installed !== version) throw new Error(`${packageName()}@${version} was installed as ${installed}`)
  const place = join(cache, version)
  rmSync(place, { recursive: true, force: true })
  renameSync(folder, place)
}
