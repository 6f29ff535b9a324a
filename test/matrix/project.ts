import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packageName } from '../../scripts/packages/entry-points.mjs'
import { run } from './command.ts'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** An application in a new folder: its package.json, the packed packages and its own dependencies. */
export interface Project {
  readonly folder: string
  /** The folder of copied sources, with the layout of the repository. */
  readonly source: string
}

export interface Wanted {
  readonly name: string
  readonly tarballs: Readonly<Record<string, string>>
  readonly packages: Readonly<Record<string, string>>
  readonly overrides?: Readonly<Record<string, string>>
}

/** Creates the folder, and installs the packages with npm. */
export async function makeProject(wanted: Wanted): Promise<Project> {
  const folder = mkdtempSync(join(tmpdir(), `otel-sessions-matrix-${wanted.name.replaceAll(/\W+/g, '-')}-`))
  const project = { folder, source: join(folder, 'src') }
  try {
    await install(folder, wanted)
    checkInstalled(project, wanted.packages)
    return project
  } catch (error) {
    removeProject(project)
    throw error
  }
}

async function install(folder: string, { name, tarballs, packages, overrides = {} }: Wanted): Promise<void> {
  const ours = Object.entries(tarballs).map(([folder, path]) => [packageName(folder), `file:${path}`])
  const manifest = {
    private: true,
    type: 'module',
    dependencies: { ...Object.fromEntries(ours), ...packages },
    overrides,
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2))
  const { ok, output } = await run(
    'npm',
    ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline', '--fetch-retries=5'],
    folder,
  )
  if (!ok) throw new Error(`${name}: npm install failed\n${output}`)
}

/** Copies folders or files of the repository into the project, to the same path under `src`. */
export function putSources({ source }: Project, paths: readonly string[]): void {
  for (const path of paths) cpSync(join(root, path), join(source, path), { recursive: true })
}

export function putFile({ source }: Project, path: string, text: string): void {
  mkdirSync(join(source, path, '..'), { recursive: true })
  writeFileSync(join(source, path), text)
}

export const removeProject = ({ folder }: Project): void => rmSync(folder, { recursive: true, force: true })

/** The version of @opentelemetry/api, of which npm must have installed one copy. */
export const apiOf = (project: Project): string =>
  copiesOf(project, '@opentelemetry/api')
    .map(({ version }) => version)
    .join(', ')

/** Every copy of a package in a project: its path and its version. */
function copiesOf({ folder }: Pick<Project, 'folder'>, name: string): { place: string; version: string }[] {
  const modules = join(folder, 'node_modules')
  return readdirSync(modules, { recursive: true, encoding: 'utf8' })
    .filter((path) => `node_modules/${path}`.endsWith(`node_modules/${name}/package.json`))
    .map((path) => ({ place: path.replace(/\/package\.json$/, ''), version: versionIn(join(modules, path)) }))
}

const versionIn = (manifest: string): string => JSON.parse(readFileSync(manifest, 'utf8')).version

/** Throws if npm installed other versions or copies than the package.json requires. */
function checkInstalled(project: Pick<Project, 'folder'>, packages: Wanted['packages']): void {
  for (const [name, version] of Object.entries(packages)) {
    if (version.startsWith('npm:')) continue
    const installed = versionIn(join(project.folder, 'node_modules', name, 'package.json'))
    if (installed !== version) throw new Error(`npm installed ${name} ${installed}, not ${version}`)
  }
  for (const name of ['@opentelemetry/api', '@otel-sessions/semconv']) {
    const copies = copiesOf(project, name)
    const list = copies.map(({ place, version }) => `${version} at ${place}`).join(', ')
    if (copies.length !== 1) throw new Error(`npm installed ${copies.length} copies of ${name}: ${list}`)
  }
}
