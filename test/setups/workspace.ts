import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installWorkspace } from '../../scripts/install-workspace.ts'
import { bundleApplication } from './bundle.ts'
import type { Row } from './row.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const packages = join(here, '../../packages')

/** The packages of this project that an application has, by their folders. */
const OURS = {
  'otel-sessions': 'otel-sessions',
  '@otel-sessions/semconv': 'semconv',
  '@otel-sessions/processor': 'processor',
  '@otel-sessions/exporter': 'exporter',
  '@otel-sessions/analytics': 'analytics',
}

/** What an application declares that has no SDK, only instrumentations. */
const ALONE = ['otel-sessions', '@opentelemetry/api', '@opentelemetry/auto-instrumentations-node']

/**
 * Installs a workspace, and puts the built packages and the programs into its `node_modules`. The packages are copies, so
 * that they find the workspace's version of the API, as installed packages do.
 *
 * @returns its folder
 */
export async function prepareWorkspace(name: Row['workspace']): Promise<string> {
  const folder = join(here, name)
  installWorkspace(folder)
  putApplication(folder, 'app', 'ours', Object.keys(manifestOf(folder).dependencies))
  putApplication(folder, 'alone', 'ours', ALONE)
  const olderApi = 'ours-older-api'
  if (existsSync(join(folder, olderApi))) {
    putApplication(folder, 'two-apis', olderApi, Object.keys(manifestOf(folder).dependencies))
  }
  await bundleApplication(join(folder, 'node_modules/.setups/app'), name)
  return folder
}

interface Manifest {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

/** The version of the API that the applications of a workspace have, such as `1.9.1`. */
export const apiOf = (folder: string): string =>
  manifestOf(join(folder, 'node_modules/@opentelemetry/api')).version

function putApplication(folder: string, name: string, ours: string, declared: readonly string[]): void {
  const application = join(folder, 'node_modules/.setups', name)
  rmSync(application, { recursive: true, force: true })
  cpSync(join(here, 'programs'), application, { recursive: true })
  const dependencies = Object.fromEntries(declared.map((each) => [each, '*']))
  writeFileSync(join(application, 'package.json'), JSON.stringify({ dependencies }))
  for (const [packageName, source] of Object.entries(OURS)) {
    const target = join(folder, ours, 'node_modules', packageName)
    rmSync(target, { recursive: true, force: true })
    for (const each of ['package.json', 'dist']) {
      cpSync(join(packages, source, each), join(target, each), { recursive: true })
    }
  }
  mkdirSync(join(application, 'node_modules'))
  symlinkSync(
    join(folder, ours, 'node_modules/otel-sessions'),
    join(application, 'node_modules/otel-sessions'),
    'dir',
  )
}
